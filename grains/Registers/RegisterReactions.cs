using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Registers;

/// <summary>
/// Who is to care hears of an entry that ends, and is left in peace when it is replaced or withdrawn.
/// </summary>
internal sealed class RegisterReactions()
    : Reaction<RegisterEvent>("register-inbox", "register", RegisterJson.Default.RegisterEvent)
{
    private const string By = "registers", Kind = "register_expiring";

    protected override async Task<Refusal?> React(
        string key, RegisterEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case RegisterEvent.Expiring e:
                var terms = new InboxTerms(Kind, $"Expires: {e.Title}", $"register/{key}/{e.Id}", e.Role,
                    InboxSeverity.Warning, e.EndsAt);
                return (await grains.InboxItem(ItemOf(key, e.Id)).Open(terms, By)).Refusal;
            case RegisterEvent.Entered { InTime: true, Terms.Supersedes: { } old }:
                return await Close(key, old, "superseded", grains);
            case RegisterEvent.Withdrawn e:
                return await Close(key, e.Id, "withdrawn", grains);
            default:
                return null;
        }
    }

    /// <summary>The item that warns of an entry; there is at most one, for an entry is warned of once.</summary>
    public static string ItemOf(string key, string id) => CauseIds.Of(Kind, $"register/{key}/{id}");

    private static Task<Refusal?> Close(string key, string id, string why, IGrainFactory grains) =>
        grains.CloseItem(ItemOf(key, id), By, why);
}
