using System.Numerics.Tensors;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Starts;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>
/// Holds every number of a checkpoint against the run that is to go on from it. The checksum tells damage, not intent: kernels believe
/// the poses and the bands that they are given, so none may come from a file unseen.
/// </summary>
/// <param name="particles">Number of particles of the run, those included that it leaves out.</param>
/// <param name="box">Edge of the images, pixels.</param>
/// <param name="schedule">Schedule of the search.</param>
internal sealed class RunStateChecks(int particles, int box, SearchSchedule schedule)
{
    /// <summary>Refuses a state that is not of such a run.</summary>
    /// <exception cref="CheckpointFormatException">A number in it cannot be.</exception>
    public void Check(RunState state)
    {
        Require(state.Random.Count == 4 && state.Random.Any(word => word != 0), "the state of the random numbers");
        CheckCourse(state.Course);
        Require(IsMap(state.Map) && state.Map.Size <= box, "the map");
        Require(IsBand(state.Band) && state.Band <= state.Map.Size / 2.0, "the band");
        Require(
            state.Lattice.LongLength == FourierLattice.LengthFor(state.Band, VolumeModel.Oversampling) && AreFinite(state.Lattice),
            "the map's transform");
        CheckStarts(state.Starts);
        if (state.Search is { } search) CheckSearch(state, search);
        if (state.Candidates is { } candidates) CheckPoses(candidates, atLeast: state.Decoding is null ? 0 : 1);
        Require(state.Proposed >= 0 && state.Proposed <= particles, "the number of proposals");
        if (state.Decoding is { } decoding) CheckDecoding(state, decoding);
    }

    private static void CheckCourse(RunCourse course) => Require(
        course.Visits >= 0 && course.Metrics >= 0 && course.Elapsed >= TimeSpan.Zero
        && course.Times.All(t => double.IsFinite(t.Seconds) && t.Seconds >= 0), "the course of the run");

    private void CheckStarts(StartsState starts)
    {
        Require(starts.Rejections >= 0 && starts.Rejected.Count < particles, "the number of images that were left out");
        int last = -1;
        foreach (RejectedImage image in starts.Rejected)
        {
            Require(image.Particle > last && image.Particle < particles && Enum.IsDefined(image.Reason), "an image that was left out");
            Require(image.ParticleProbability is >= 0 and <= 1, "a probability");
            last = image.Particle;
        }
        foreach (FinishedStart start in starts.Finished)
        {
            Require(IsMap(start.Map) && start.Map.Size <= box, "the map of a start");
            Require(IsBand(start.Band) && start.Band <= start.Map.Size / 2.0, "the band of a start");
            Require(
                start.Lattice.LongLength == FourierLattice.LengthFor(start.Band, VolumeModel.Oversampling) && AreFinite(start.Lattice),
                "the transform of a start");
            Require(start.Poses.Length > 0 && start.Poses.Length == starts.Finished[0].Poses.Length, "the number of poses of a start");
            CheckPoses([start.Poses], atLeast: 1);
        }
    }

    private void CheckSearch(RunState state, SearchState search)
    {
        SearchSchedule planned = schedule.Within(ImagePreparation.RadiusFor(box));
        Require(state.Candidates is null && state.Decoding is null && state.Proposed == 0, "the stage");
        Require(search.Done >= 1 && search.Evidence.All(double.IsFinite) && !planned.HasEnded(search.Evidence), "the evidence of the mini-batches");
        Require(state.Map.Size == VolumeModel.BoxFor(planned.LastBand, box) && state.Band == planned.BandAt(search.Done), "the search's map");
        Require(double.IsFinite(search.FirstTemperature) && search.FirstTemperature >= 1, "the temperature");
        Require(search.Order.Length > 0 && search.Order.Length <= particles, "the number of particles");
        Require(IsPermutation(search.Order) && search.Next >= 0 && search.Next <= search.Order.Length, "the order of the particles");
        Require(
            search.Sums.LongLength == BackProjection.LengthFor(planned.LastBand, VolumeModel.Oversampling) && AreFinite(search.Sums),
            "the sums of the search");
        if (search.Found is not { } found) return;
        Require(found.Length == search.Order.Length && found.All(f => f.Length <= 1), "the poses of the search");
        CheckPoses(found, atLeast: 0);
    }

    private void CheckPoses(Candidate[][] candidates, int atLeast)
    {
        // Fewer where images were left out; how many is known when all have been read.
        Require(candidates.Length > 0 && candidates.Length <= particles, "the number of particles");
        foreach (Candidate[] fits in candidates)
        {
            Require(fits.Length >= atLeast, "the number of candidates");
            foreach (Candidate fit in fits)
            {
                Require(fit.Rotation.IsRotation, "a rotation");
                // NaN fails the comparison, too.
                Require(Math.Abs(fit.OriginX) <= box && Math.Abs(fit.OriginY) <= box, "an origin");
                Require(double.IsFinite(fit.LogLikelihood), "a score");
            }
        }
    }

    private void CheckDecoding(RunState state, DecodingState decoding)
    {
        Require(state.Candidates?.Length == decoding.Change.Length && decoding.Likelihood.Length == decoding.Change.Length, "the candidates");
        Require(IsBand(decoding.Band) && decoding.Band <= box / 2.0, "the band of auto-decoding");
        Require(decoding.Iteration >= 1 && decoding.Still >= 0 && Enum.IsDefined(decoding.Choice), "the pass of auto-decoding");
        Require(decoding.Done >= 0 && decoding.Done <= particles, "the number of refined particles");
        Require(decoding.Widenings is >= 0 and <= GrowingShiftLimit.MostTimes, "the largest shift");
        Require(double.IsFinite(decoding.BestShell), "the resolution");
        Require(!decoding.Change.Any(double.IsInfinity), "a change of pose");
        Require(double.IsFinite(state.MaskDiameterAngstrom) && state.MaskDiameterAngstrom > 0, "the mask");
        Require(state.MaskShape is not { } shape || (shape.LongLength == (long)box * box * box && AreFinite(shape)), "the mask's shape");
        Require(state.HalfMaps is [var a, var b] && a.Size == box && b.Size == box && IsMap(a) && IsMap(b), "the half-maps");
        Require(state.Fsc is { } fsc && (fsc.Count == box / 2 + 1 || (fsc.Count == 0 && state.Decoding!.Iteration == 1)) && fsc.All(double.IsFinite), "the FSC");
    }

    private static bool IsMap(Volume map) =>
        FourierSizes.IsGood(map.Size) && double.IsFinite(map.PixelSizeAngstrom) && map.PixelSizeAngstrom > 0 && AreFinite(map.Voxels);

    private static bool IsPermutation(int[] order)
    {
        bool[] seen = new bool[order.Length];
        foreach (int i in order)
        {
            if (i < 0 || i >= seen.Length || seen[i]) return false;
            seen[i] = true;
        }
        return true;
    }

    private static bool IsBand(double band) => double.IsFinite(band) && band >= 1;

    private static bool AreFinite(float[] values) => TensorPrimitives.IsFiniteAll<float>(values);

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new CheckpointFormatException($"{what} in it cannot be of this run");
    }
}
