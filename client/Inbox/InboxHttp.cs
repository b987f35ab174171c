using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Inbox;

/// <summary>What people of a role are to see or do (TEC-15). Backends and operators see every role's items.</summary>
internal static class InboxHttp
{
    public static void MapInbox(this IEndpointRouteBuilder api)
    {
        var inbox = api.MapGroup("/inbox").WithTags("Inbox");

        inbox.MapGet("", (Id? role, Id? kind, string? state, PageRequest page, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var wanted = new InboxWanted(page.Limit + 1)
                {
                    Roles = RolesOf(caller, role),
                    Kind = kind?.Value,
                    State = QueryEnum.Of<InboxState>("state", state),
                    BeforeOpened = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.InboxQueries().Items(wanted, page.At ?? default, ct),
                    found => Page<InboxItemReply>.Of([.. found.Select(InboxItemReply.Of)], page.Limit,
                        last => Cursor.Of(last.OpenedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.InboxRead).WithName("listInbox")
            .WithSummary("Items of the caller's roles, the latest opened first; ?role=, ?kind= and ?state= narrow it");

        inbox.MapGet("/counts", (Id? role, PageRequest page, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                var roles = RolesOf(caller, role);
                return edge.Run(
                    ct => grains.InboxQueries().Counts(roles, page.At ?? default, ct),
                    found => new Page<InboxCount>(found, null));
            })
            .Allow(Permission.InboxRead).WithName("countInbox")
            .WithSummary("How many items are open, overdue and alarms, a row a role that has any");

        inbox.MapPut("/{id}", (Id id, InboxItemBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.InboxItem(id).Open(body.Terms, caller.Subject, ct), InboxItemReply.Of))
            .Allow(Permission.InboxWrite).WithName("putInboxItem")
            .WithSummary("Puts an item into a role's inbox; the same again: the item as it is now");

        inbox.MapGet("/{id}", (Id id, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.InboxItem(id).Get(caller.RolesActedFor, ct), InboxItemReply.Of))
            .Allow(Permission.InboxRead).WithName("getInboxItem").WithSummary("An item as it is now");

        inbox.MapPost("/{id}/done", (Id id, InboxDoneBody body, CommandKey key, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(
                    ct => grains.InboxItem(id).Finish(
                        new(key, caller.Subject, body.Reason, caller.RolesActedFor), ct), InboxItemReply.Of))
            .Allow(Permission.InboxDone).WithName("finishInboxItem")
            .WithSummary("Says that an item of one of the caller's roles is done, and why");
    }

    /// <summary>The roles to ask for; naming one that the caller has not is 403.</summary>
    private static ImmutableArray<string>? RolesOf(Caller caller, Id? role)
    {
        if (role is not { } named) return caller.RolesActedFor;
        if (caller.RolesActedFor is { } own && !own.Contains(named))
            throw new ProblemException(new(403, "auth.forbidden", "This is the inbox of a role that you have not."));
        return [named];
    }

    /// <summary>What is to be seen or done; no personal data, for it is kept for ever.</summary>
    /// <param name="Kind">The sort of cause.</param>
    /// <param name="Subject">The thing to look at, as order/O1.</param>
    /// <param name="Role">Whose inbox.</param>
    /// <param name="DueAt">When it should be done.</param>
    internal sealed record InboxItemBody(
        Id Kind, string Title, string Subject, Id Role, InboxSeverity Severity, DateTimeOffset? DueAt = null)
        : IValidated
    {
        internal InboxTerms Terms => new(Kind, Title, Subject, Role, Severity, DueAt);

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Text("subject", Subject, InboxTerms.SubjectLengthMax, 1);
            p.Instant("dueAt", DueAt);
        }
    }

    /// <param name="Reason">Why, or what was done.</param>
    internal sealed record InboxDoneBody(string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>An item as answered; the members mean what they do in <see cref="InboxItemInfo"/>.</summary>
    internal sealed record InboxItemReply(
        string Id, string Kind, string Title, string Subject, string Role, InboxSeverity Severity,
        DateTimeOffset? DueAt, InboxState State, string OpenedBy, DateTimeOffset OpenedAt, string? DoneBy,
        DateTimeOffset? DoneAt, string? Reason)
    {
        public static InboxItemReply Of(InboxItemInfo i) => new(i.Id, i.Terms.Kind, i.Terms.Title, i.Terms.Subject,
            i.Terms.Role, i.Terms.Severity, i.Terms.DueAt, i.State, i.OpenedBy, i.OpenedAt, i.DoneBy, i.DoneAt,
            i.Reason);
    }
}
