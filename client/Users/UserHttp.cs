using Ale.Edge;

namespace Ale.Users;

/// <summary>Users, their profiles and points. The only slice whose paths name a person.</summary>
internal static class UserHttp
{
    private const string Tag = "Users";

    private static readonly DateOnly Earliest = new(1900, 1, 1), Latest = new(2100, 1, 1);

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags(Tag);

        users.MapPut("/{id}",
                (Id id, UserBody? body, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) => edge.Run(
                    async ct => await grains.User(await map.Internal(caller.Own(id), ct)).Register(body?.Market, ct),
                    user => UserReply.Of(id, user)))
            .Allow(Permission.UserWrite).WithName("putUser")
            .WithSummary("Makes a user known; the same again changes nothing.");

        users.MapPatch("/{id}",
                (Id id, UserBody body, ExpectedVersion version, CommandKey key, Caller caller, UserMap map,
                    IGrainFactory grains, EdgeCall edge) => edge.Run(
                    ct => Known<UserView>(caller.Own(id), map,
                        user => grains.User(user).Change(new(version, key, body.Market), ct), ct),
                    user => UserReply.Of(id, user)))
            .Allow(Permission.UserWrite).WithName("changeUser")
            .WithSummary("Changes a user's market; in another currency only before his first order.");

        users.MapGet("/{id}", (Id id, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => Known<UserView>(Seen(caller, id), map, user => grains.User(user).Get(ct), ct),
                    user => UserReply.Of(id, user)))
            .Allow(Permission.UserRead).WithName("getUser").WithSummary("Tier, points and figures of a user.");

        users.MapGet("", (PageRequest page, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) =>
            {
                if (!caller.Sees(null, Permission.UserRead)) throw new ProblemException(Problem.OfStatus(403)!);
                var after = page.After is { } c
                    ? new UserPlace(c.Instant(0), new(c.Text(1)))
                    : default(UserPlace?);
                return edge.Run(
                    ct => grains.UserQueries().Users(after, page.Limit + 1, page.At ?? default, ct),
                    async found =>
                    {
                        var names = await map.External(found.Select(u => u.Id), default);
                        var next = Page<UserRow>.Of(found, page.Limit,
                            u => Cursor.Of(u.RegisteredAt.ToUnixTimeMilliseconds(), u.Id.Value));
                        return new Page<UserReply>(
                            [.. next.Items.Select(u => UserReply.Of(names.GetValueOrDefault(u.Id), u))], next.Next);
                    });
            })
            .Allow(Permission.UserRead).WithName("listUsers")
            .WithSummary("All users, newest first; erased ones have no id.");

        users.MapGet("/{id}/points",
                (Id id, PageRequest page, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) =>
                {
                    var (owner, before) = (Seen(caller, id), page.After?.Long(0));
                    return edge.Run(
                        ct => Known(owner, map, user => grains.UserQueries()
                            .Points(user, before, page.Limit + 1, page.At ?? default, ct), ct),
                        found => Page<PointsEntry>.Of(found, page.Limit, e => Cursor.Of(e.No)));
                })
            .Allow(Permission.PointsRead, Permission.UserRead).WithName("listPoints")
            .WithSummary("A user's points ledger, newest first.");

        users.MapPut("/{id}/profile",
                (Id id, ProfileBody body, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) => edge.Run(
                    ct => Known(caller.Own(id), map, user => grains.People()
                        .PutProfile(user, new(body.BirthDate, body.Name, body.Phone), ct), ct),
                    profile => ProfileBody.Of(profile)))
            .Allow(Permission.UserWrite).WithName("putProfile")
            .WithSummary("Sets personal data, kept apart and erasable; absent members stay as they are.");

        users.MapGet("/{id}/profile",
                (Id id, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) => edge.Run(
                    ct => Known(Seen(caller, id), map, user => grains.People().Profile(user, ct), ct),
                    profile => ProfileBody.Of(profile)))
            .Allow(Permission.UserRead).WithName("getProfile")
            .WithSummary("Personal data, for the user himself and for agents.");

        users.MapPost("/{id}/erase", (Id id, CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.People().Erase(caller.Own(id), key, ct)))
            .Allow(Permission.UserErase).WithName("eraseUser")
            .WithSummary("Erases the person for good; figures stay under a name that stands for nobody.");

        AddressHttp.Map(users);
    }

    // Staff who may read users see any; a user only himself.
    internal static string Seen(Caller caller, Id id) =>
        caller.Sees(id, Permission.UserRead) ? id.Value : caller.Own(id);

    internal static async Task<Outcome<T>> Known<T>(
        string external, UserMap map, Func<UserId, Task<Outcome<T>>> call, CancellationToken ct) =>
        await map.Find(external, ct) is { } user ? await call(user) : UserRefusals.Unknown;

    /// <param name="Market">Code of a market; absent: the one he has, or the default one.</param>
    internal sealed record UserBody(string? Market = null) : IValidated
    {
        public void Validate(Problems p) => p.Id("market", Market);
    }

    /// <summary>Personal data. The reply has the same shape.</summary>
    /// <param name="BirthDate">From 1900 to today.</param>
    /// <param name="Phone">As dialled, with the country's code.</param>
    internal sealed record ProfileBody(DateOnly? BirthDate = null, string? Name = null, string? Phone = null)
        : IValidated
    {
        public static ProfileBody Of(UserProfile profile) => new(profile.BirthDate, profile.Name, profile.Phone);

        public void Validate(Problems p)
        {
            p.Require(BirthDate is null || (BirthDate >= Earliest && BirthDate < Latest), "birthDate",
                "Must be a day from 1900 on.");
            p.Text("name", Name, 200, 1);
            p.Text("phone", Phone, 32, 3);
        }

        /// <summary>Says nothing of the person: this ends up in logs.</summary>
        public override string ToString() => nameof(ProfileBody);
    }

    /// <summary>A user as answered; the members mean what they do in <see cref="UserView"/>.</summary>
    /// <param name="Id">External id; absent when the person is erased.</param>
    internal sealed record UserReply(
        string? Id, string Market, UserTier Tier, long Points, long PendingPoints, int Orders, long SpentMinor,
        long RefundedMinor, string Currency, DateTimeOffset RegisteredAt, long? Version,
        DateTimeOffset? TierReviewAt, long? ExpiringPoints = null, DateTimeOffset? ExpireAt = null)
    {
        public static UserReply Of(string id, UserView u) => new(
            id, u.Market, u.Tier, u.Points, u.PendingPoints, u.Orders, u.SpentMinor, u.RefundedMinor,
            u.Currency, u.RegisteredAt, u.Version, u.TierReviewAt, u.ExpiringPoints, u.ExpireAt);

        public static UserReply Of(string? id, UserRow u) => new(
            id, u.Market, u.Tier, u.Points, u.PendingPoints, u.Orders, u.SpentMinor, u.RefundedMinor,
            u.Currency, u.RegisteredAt, null, u.TierReviewAt);
    }
}
