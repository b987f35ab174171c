namespace Ale;

/// <summary>
/// What a call says of itself beside its content. It rides in the request context, so that it follows a command through
/// the grains it asks. It is a hint, never a permission.
/// </summary>
public static class CallMark
{
    private const string RepeatKey = "ale.repeat", HopsKey = "ale.hops";

    /// <summary>Marks the calls from here on as possible repeats: what memory forgot is looked up first.</summary>
    public static void SetRepeat() => RequestContext.Set(RepeatKey, true);

    /// <summary>Says that an event caused these calls, so many reactions after a person's command.</summary>
    public static void SetHops(int hops) => RequestContext.Set(HopsKey, hops);

    /// <summary>Takes the marks off again, at the end of what set them.</summary>
    public static void Clear()
    {
        RequestContext.Remove(RepeatKey);
        RequestContext.Remove(HopsKey);
    }

    /// <summary>True when this call may have been made before.</summary>
    public static bool IsRepeat => RequestContext.Get(RepeatKey) is true;

    /// <summary>True when the call says anything of itself.</summary>
    public static bool IsSet => IsRepeat || Hops > 0;

    /// <summary>How many reactions lie between a person's command and this call.</summary>
    public static int Hops => RequestContext.Get(HopsKey) is int hops ? hops : 0;
}
