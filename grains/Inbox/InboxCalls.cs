namespace Ale.Inbox;

/// <summary>What reactions ask of an inbox.</summary>
internal static class InboxCalls
{
    /// <summary>
    /// Opens an item; one that stands there with other terms, told when another role heard of such things, is enough.
    /// </summary>
    public static async Task<Refusal?> OpenItem(this IGrainFactory grains, string id, InboxTerms terms, string by)
    {
        var refusal = (await grains.InboxItem(id).Open(terms, by)).Refusal;
        return refusal?.Code == InboxRefusals.Changed.Code ? null : refusal;
    }

    /// <summary>
    /// Says of an item's cause what there is to say now; one that stands there for another role is left as it is.
    /// </summary>
    public static async Task<Refusal?> RetellItem(this IGrainFactory grains, string id, InboxTerms terms, string by)
    {
        var refusal = (await grains.InboxItem(id).Retell(terms, by)).Refusal;
        return refusal?.Code == InboxRefusals.Changed.Code ? null : refusal;
    }

    /// <summary>The cause is gone: closes its item; when there never was one, nobody had to be told.</summary>
    public static async Task<Refusal?> CloseItem(this IGrainFactory grains, string id, string by, string why)
    {
        var refusal = (await grains.InboxItem(id).Close(by, why)).Refusal;
        return refusal?.Code == InboxRefusals.Unknown.Code ? null : refusal;
    }
}
