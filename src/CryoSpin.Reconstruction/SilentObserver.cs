using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>Listens to nothing.</summary>
internal sealed class SilentObserver : IRunObserver
{
    public void Log(string message)
    {
    }

    public void Report(in RunProgress progress)
    {
    }

    public void Record(MetricRecord metric)
    {
    }
}
