namespace Ale.Policy;

/// <summary>How platforms are followed (TEC-10, DAT-07).</summary>
/// <param name="AskSeconds">How often one in step is asked.</param>
/// <param name="AwayMinutes">After how long without an answer people hear of it.</param>
/// <param name="EventDays">How far back an event may lie to be taken.</param>
/// <param name="MinuteMax">Requests a minute of a platform whose terms name none.</param>
/// <param name="Role">Whose inbox hears of it.</param>
internal sealed record PlatformPolicy(int AskSeconds, int AwayMinutes, int EventDays, int MinuteMax, string Role)
{
    /// <summary>Longest keyword of an event, characters.</summary>
    public const int TagLengthMax = 64;
}
