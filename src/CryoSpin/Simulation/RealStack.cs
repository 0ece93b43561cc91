using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Optics;

namespace CryoSpin.Simulation;

/// <summary>Puts into the images of a simulator what real stacks have (<see cref="NuisanceOptions"/>). Any number of threads may use it.</summary>
internal sealed class RealStack
{
    private readonly ParticleSimulator _simulator;
    private readonly NuisanceDraws _draws;
    private readonly PreferredViews _views;
    private readonly Lazy<double> _diameter;
    private readonly Lazy<JunkPainter> _painter;
    private readonly int _size;

    /// <param name="simulator">Makes projections. It asks for poses while it is being made, for images only afterwards.</param>
    /// <param name="options">What there is.</param>
    /// <param name="seed">Seed of all choices.</param>
    public RealStack(ParticleSimulator simulator, NuisanceOptions options, int seed)
    {
        (_simulator, _size) = (simulator, simulator.Truth.Size);
        _draws = new NuisanceDraws(options, seed);
        _views = new PreferredViews(options.Views, _draws);
        _diameter = new Lazy<double>(() => DiameterPixels(simulator.Truth.Voxels, _size));
        _painter = new Lazy<JunkPainter>(() => new JunkPainter(simulator.Optics, Math.Sqrt(simulator.SignalVariance), _diameter.Value));
    }

    /// <summary>What is done to an image.</summary>
    public ImageTruth TruthOf(int index) => _draws.Of(index);

    /// <summary>The pose of an image, by what it would be in an ideal stack.</summary>
    public Pose PoseOf(int index, in Pose ideal)
    {
        Pose pose = ideal with { Rotation = _views.Of(index, ideal.Rotation) };
        if (TruthOf(index).Kind != ImageKind.OffCentre) return pose;
        (int x, int y) = Offset(_draws.Stream(NuisanceDraws.Purpose.JunkImage, index), 0.3 * _size, 0.5 * _size);
        double pixel = _simulator.Truth.PixelSizeAngstrom;
        return pose with { OriginXAngstrom = -x * pixel, OriginYAngstrom = -y * pixel };
    }

    /// <summary>The image without noise: particle or junk, neighbours, contrast.</summary>
    public void Paint(int index, in Pose pose, in CtfParameters ctf, ImageTruth truth, Span<float> image)
    {
        PaintKind(_draws.Stream(NuisanceDraws.Purpose.JunkImage, index), pose, ctf, truth.Kind, image);
        RandomStream random = _draws.Stream(NuisanceDraws.Purpose.Neighbours, index);
        // The first two numbers of the stream said how many.
        random.NextDouble();
        random.Next(2);
        for (int n = 0; n < truth.Neighbours; n++) AddParticle(random, ctf, 0.95, 1.25, image);
        if (truth.Contrast == 1) return;
        for (int i = 0; i < image.Length; i++) image[i] *= (float)truth.Contrast;
    }

    /// <summary>Adds, after the noise, the ramp and the hot pixels.</summary>
    public void AddBackground(int index, ImageTruth truth, Span<float> image)
    {
        double sigma = _simulator.NoiseStandardDeviation * truth.NoiseLevel;
        if (truth.Gradient > 0) AddRamp(sigma * truth.Gradient / _size, truth.GradientAngleDegrees * Math.PI / 180, image);
        RandomStream random = _draws.Stream(NuisanceDraws.Purpose.HotPixels, index);
        // Not the numbers that said how many.
        for (int n = 0; n <= truth.HotPixels; n++) random.NextDouble();
        for (int n = 0; n < truth.HotPixels; n++)
        {
            double strength = random.Uniform(10, 60);
            // One in four is dead.
            image[random.Next(image.Length)] += (float)(sigma * (random.Next(4) == 0 ? -strength : strength));
        }
    }

    private void PaintKind(RandomStream random, in Pose pose, in CtfParameters ctf, ImageKind kind, Span<float> image)
    {
        switch (kind)
        {
            case ImageKind.Noise:
                image.Clear();
                break;
            case ImageKind.Ice:
                _painter.Value.Ice(random, ctf, image);
                break;
            case ImageKind.Carbon:
                _painter.Value.Carbon(random, ctf, image);
                break;
            case ImageKind.Denatured:
                _simulator.Project(RandomRotations.Next(random), image);
                _painter.Value.Denature(random, ctf, image);
                break;
            case ImageKind.OffCentre:
                image.Clear();
                (int x, int y) = Offset(random, 0.3 * _size, 0.5 * _size);
                AddMoved(pose.Rotation, ctf, x, y, image);
                break;
            case ImageKind.Overlap:
                _simulator.Render(pose, ctf, image);
                AddParticle(random, ctf, 0.35, 0.75, image);
                break;
            default:
                _simulator.Render(pose, ctf, image);
                break;
        }
    }

    /// <summary>Adds a particle of any view, at a distance in diameters.</summary>
    private void AddParticle(RandomStream random, in CtfParameters ctf, double nearest, double farthest, Span<float> image)
    {
        Rotation rotation = RandomRotations.Next(random);
        (int x, int y) = Offset(random, nearest * _diameter.Value, farthest * _diameter.Value);
        AddMoved(rotation, ctf, x, y, image);
    }

    // By whole pixels, so that what leaves the image on one side does not enter on the other.
    private void AddMoved(in Rotation rotation, in CtfParameters ctf, int dx, int dy, Span<float> image)
    {
        using PooledFloats centred = new(image.Length);
        _simulator.Render(new Pose(rotation, 0, 0), ctf, centred.Span);
        for (int y = Math.Max(0, dy); y < Math.Min(_size, _size + dy); y++)
        {
            for (int x = Math.Max(0, dx); x < Math.Min(_size, _size + dx); x++) image[y * _size + x] += centred.Span[(y - dy) * _size + x - dx];
        }
    }

    private void AddRamp(double slope, double angle, Span<float> image)
    {
        (double sin, double cos) = Math.SinCos(angle);
        for (int i = 0; i < image.Length; i++) image[i] += (float)(slope * ((i % _size - _size / 2) * cos + (i / _size - _size / 2) * sin));
    }

    private static (int X, int Y) Offset(RandomStream random, double nearest, double farthest)
    {
        double distance = random.Uniform(nearest, farthest);
        (double sin, double cos) = Math.SinCos(random.Uniform(0, 2 * Math.PI));
        return ((int)Math.Round(distance * cos), (int)Math.Round(distance * sin));
    }

    /// <summary>Diameter of the sphere about the box's centre that holds 99 % of what is positive in a map.</summary>
    private static double DiameterPixels(ReadOnlySpan<float> voxels, int size)
    {
        double[] mass = new double[2 * size];
        for (int i = 0; i < voxels.Length; i++)
        {
            int x = i % size - size / 2, y = i / size % size - size / 2, z = i / (size * size) - size / 2;
            mass[Shells.Index(x, y, z)] += Math.Max(0, voxels[i]);
        }
        double wanted = 0.99 * mass.Sum(), sum = 0;
        int radius = 0;
        while (radius < size / 2 && (sum += mass[radius]) < wanted) radius++;
        return 2.0 * Math.Max(radius, 1);
    }
}
