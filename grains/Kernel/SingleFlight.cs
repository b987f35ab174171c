namespace Ale.Kernel;

/// <summary>
/// Work of one grain that several of its calls may want at once: it goes on once at a time, and who comes meanwhile
/// waits for the run that goes on.
/// </summary>
internal sealed class SingleFlight<TTask> where TTask : Task
{
    private TTask? _running;

    public TTask Run(Func<TTask> begin) => _running is { IsCompleted: false } running ? running : _running = begin();
}
