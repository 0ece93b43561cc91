using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>Slices, their pose gradient, transpose and back-projection, as the default method uses them: two samples per shell.</summary>
internal static class SliceCases
{
    private const int Slices = 32;

    // Small slices several times over, so that starting the team does not count.
    private const int LeastPoints = 1 << 16;

    /// <summary>Radius of the last search, then of the whole band of 64 and 128 pixel boxes.</summary>
    private static readonly int[] Radii = [10, 32, 63];

    public static IEnumerable<Func<WorkerTeam, KernelCase>> All =>
        Radii.Select<int, Func<WorkerTeam, KernelCase>>(r => t => Sample(r, t))
            .Concat(Radii.Select<int, Func<WorkerTeam, KernelCase>>(r => t => Gradient(r, t)))
            .Concat(Radii.Select<int, Func<WorkerTeam, KernelCase>>(r => t => Equations(r, t)))
            .Concat(Radii.Select<int, Func<WorkerTeam, KernelCase>>(r => t => Transpose(r, t)))
            .Concat(Radii.Select<int, Func<WorkerTeam, KernelCase>>(r => t => BackProject(r, t)));

    private static KernelCase Sample(int radius, WorkerTeam team)
    {
        Setting s = new(radius, team);
        SlicePoints points = SlicePoints.Full(s.Disc, s.Rotations, s.Lattice);
        return new KernelCase(
            "slice", s.Size, s.Items, () => team.ForBlocks(s.Items, (i, w) =>
                CentralSlice.Sample(s.Lattice, s.Disc, s.Rotations[i % Slices], s.Buffers[w][0], s.Buffers[w][1])))
        {
            Operations = (double)OperationCounts.SlicePoint * s.Disc.Count,
            Bytes = 64 * points.LinesPerSlice + 8.0 * s.Disc.Count,
            // All threads read the same lattice.
            WorkingSet = 4.0 * s.Lattice.Values.Length / team.Workers,
            Near = GatherProbe(s, points),
            Remark = s.Lines(points),
        };
    }

    private static KernelCase Gradient(int radius, WorkerTeam team)
    {
        Setting s = new(radius, team);
        SlicePoints points = SlicePoints.Full(s.Disc, s.Rotations, s.Lattice);
        return new KernelCase("pose gradient", s.Size, s.Items, () => team.ForBlocks(s.Items, (i, w) =>
        {
            float[][] b = s.Buffers[w];
            CentralSlice.SampleWithGradient(s.Lattice, s.Disc, s.Rotations[i % Slices], b[0], b[1], b[2], b[3], b[4], b[5]);
        }))
        {
            Operations = (double)OperationCounts.GradientPoint * s.Disc.Count,
            Bytes = 64 * points.LinesPerSlice + 24.0 * s.Disc.Count,
            // All threads read the same lattice.
            WorkingSet = 4.0 * s.Lattice.Values.Length / team.Workers,
            Near = GatherProbe(s, points),
            Remark = s.Lines(points),
        };
    }

    private static KernelCase Equations(int radius, WorkerTeam team)
    {
        FrequencyDisc disc = new(radius);
        ImageOnDisc[] images = ImageOnDisc.PerWorker(disc, 128, team.Workers);
        SliceOnDisc[] slices = [.. images.Select(_ => new SliceOnDisc(disc))];
        foreach ((ImageOnDisc b, SliceOnDisc s) in images.Zip(slices))
        {
            foreach (float[] x in new[] { b.Ctf, b.Real, b.Imaginary }) Fill(x);
            foreach (float[] x in new[] { s.Real, s.Imaginary, s.AlongReal, s.AlongImaginary, s.TurnReal, s.TurnImaginary }) Fill(x);
        }
        int items = ItemsOf(disc, team);
        return new KernelCase("normal equations", $"R {radius}", items, () => team.ForBlocks(items, (i, w) =>
            NormalEquations.Accumulate(images[w], slices[w], 0.7, -0.4, out _)))
        {
            Operations = (double)OperationCounts.NormalEquationsPoint * disc.Count,
            Bytes = 44.0 * disc.Count,
            WorkingSet = 44.0 * disc.PaddedCount,
        };
    }

    private static unsafe KernelCase Transpose(int radius, WorkerTeam team)
    {
        Setting s = new(radius, team);
        SlicePoints points = SlicePoints.Full(s.Disc, s.Rotations, s.Lattice);
        FourierLattice[] sums = [.. Enumerable.Range(0, team.Workers).Select(_ => new FourierLattice(radius, VolumeModel.Oversampling))];
        return new KernelCase("transpose of the slice", s.Size, s.Items, () => team.ForBlocks(s.Items, (i, w) =>
            CentralSlice.Insert(sums[w], s.Disc, s.Rotations[i % Slices], s.Buffers[w][0], s.Buffers[w][1])))
        {
            Operations = (double)OperationCounts.TransposePoint * s.Disc.Count,
            Bytes = 2 * 64 * points.LinesPerSlice + 8.0 * s.Disc.Count,
            Writes = true,
            WorkingSet = 4.0 * s.Lattice.Values.Length,
            Near = NearLimit.Probe("its loads, additions and stores alone", s.Items, () => team.ForBlocks(s.Items, (i, w) =>
            {
                fixed (float* v = sums[w].Values)
                fixed (int* o = points.Offsets[i % Slices])
                    MemoryProbes.Update128(v, o, s.Disc.Count, points.Row, points.Plane, s.Prefetched);
            })),
            Remark = s.Lines(points),
        };
    }

    private static unsafe KernelCase BackProject(int radius, WorkerTeam team)
    {
        Setting s = new(radius, team);
        BackProjection[] sums = [.. Enumerable.Range(0, team.Workers).Select(_ => new BackProjection(radius, VolumeModel.Oversampling))];
        SlicePoints points = SlicePoints.Half(s.Disc, s.Rotations, sums[0]);
        bool prefetched = sums[0].Sums.Length > 1 << 17;
        return new KernelCase("back-projection", s.Size, s.Items, () => team.ForBlocks(s.Items, (i, w) =>
            sums[w].Insert(s.Disc, s.Rotations[i % Slices], s.Buffers[w][0], s.Buffers[w][1], s.Buffers[w][2])))
        {
            Operations = (double)OperationCounts.InsertionPoint * s.Disc.Count,
            Bytes = 2 * 64 * points.LinesPerSlice + 12.0 * s.Disc.Count,
            Writes = true,
            WorkingSet = 4.0 * sums[0].Sums.Length,
            Near = NearLimit.Probe("its loads, additions and stores alone", s.Items, () => team.ForBlocks(s.Items, (i, w) =>
            {
                fixed (float* v = sums[w].Sums)
                fixed (int* o = points.Offsets[i % Slices])
                    MemoryProbes.Update256(v, o, s.Disc.Count, points.Row, points.Plane, prefetched);
            })),
            Remark = s.Lines(points),
        };
    }

    private static unsafe NearLimit GatherProbe(Setting s, SlicePoints points)
    {
        int[] sink = new int[16 * s.Team.Workers];
        return NearLimit.Probe("its loads alone", s.Items, () => s.Team.ForBlocks(s.Items, (i, w) =>
        {
            fixed (float* v = s.Lattice.Values)
            fixed (int* o = points.Offsets[i % Slices])
                sink[16 * w] = MemoryProbes.Gather(v, o, s.Disc.Count, points.Row, points.Plane, s.Prefetched);
        }));
    }

    private static int ItemsOf(FrequencyDisc disc, WorkerTeam team) =>
        Slices * Math.Max(1, LeastPoints / (Slices * disc.Count)) * team.Workers;

    private static void Fill(float[] x)
    {
        Random random = new(1);
        for (int i = 0; i < x.Length; i++) x[i] = random.NextSingle() - 0.5f;
    }

    private sealed class Setting
    {
        public Setting(int radius, WorkerTeam team)
        {
            Team = team;
            Disc = new FrequencyDisc(radius);
            Lattice = new FourierLattice(radius, VolumeModel.Oversampling);
            Fill(Lattice.Values);
            RandomRotations.Fill(new Random(1), Rotations);
            Buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => Enumerable.Range(0, 6).Select(_ => new float[Disc.PaddedCount]).ToArray())];
            foreach (float[] x in Buffers.SelectMany(b => b)) Fill(x);
        }

        public WorkerTeam Team { get; }

        public FrequencyDisc Disc { get; }

        public FourierLattice Lattice { get; }

        public Rotation[] Rotations { get; } = new Rotation[Slices];

        public float[][][] Buffers { get; }

        public int Items => ItemsOf(Disc, Team);

        public string Size => $"R {Disc.Radius}";

        public bool Prefetched => Lattice.Values.Length > 1 << 17;

        public string Lines(SlicePoints points) => $"{points.LinesPerSlice / Disc.Count:F2} lines a point";
    }
}
