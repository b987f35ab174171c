namespace Ale.Kernel;

/// <summary>
/// The journal's clock: the database's, kept as an offset to this process' monotonic clock. A new sample moves the
/// offset slowly (a tenth of the time that passes), so that time neither jumps nor runs back; the first sample is taken
/// whole. Without a database clock the system clock is read once and monotonic after.
/// </summary>
internal sealed class JournalClock(TimeProvider system, TimeSpan testOffset = default) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly long _origin = system.GetTimestamp();
    private readonly DateTimeOffset _start = system.GetUtcNow() + testOffset;
    private TimeSpan _offset, _target;
    private TimeSpan _slewedAt;
    private bool _sampled;

    public override DateTimeOffset GetUtcNow()
    {
        var elapsed = system.GetElapsedTime(_origin);
        lock (_gate)
        {
            Slew(elapsed);
            return _start + elapsed + _offset;
        }
    }

    public override long GetTimestamp() => system.GetTimestamp();

    public override long TimestampFrequency => system.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        system.CreateTimer(callback, state, dueTime, period);

    /// <summary>Takes the database's time as read between two local timestamps.</summary>
    public void Sample(DateTimeOffset database, long sent, long received)
    {
        var middle = system.GetElapsedTime(_origin, sent + (received - sent) / 2);
        lock (_gate)
        {
            Slew(system.GetElapsedTime(_origin));
            _target = database + testOffset - (_start + middle);
            if (_sampled) return;
            (_offset, _sampled) = (_target, true);
        }
    }

    private void Slew(TimeSpan elapsed)
    {
        var step = (elapsed - _slewedAt) / 10;
        if (step <= TimeSpan.Zero) return;
        _slewedAt = elapsed;
        var missing = _target - _offset;
        _offset = missing.Duration() <= step ? _target : missing > TimeSpan.Zero ? _offset + step : _offset - step;
    }
}
