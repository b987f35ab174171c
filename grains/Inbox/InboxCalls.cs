namespace Ale.Inbox;

/// <summary>What reactions ask of an inbox.</summary>
internal static class InboxCalls
{
    /// <summary>The cause is gone: closes its item; when there never was one, nobody had to be told.</summary>
    public static async Task<Refusal?> CloseItem(this IGrainFactory grains, string id, string by, string why)
    {
        var refusal = (await grains.InboxItem(id).Close(by, why)).Refusal;
        return refusal?.Code == InboxRefusals.Unknown.Code ? null : refusal;
    }
}
