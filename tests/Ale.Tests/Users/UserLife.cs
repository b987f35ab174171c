using Ale.Kernel;
using Ale.Policy;

namespace Ale.Users;

/// <summary>A user and what was decided about him; each command at a time of its own.</summary>
internal sealed class UserLife(string market = "gb")
{
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly UserId Id = new("u1");

    public User User { get; private set; } = User.New();
    public List<UserEvent> Events { get; } = [];
    public DateTimeOffset Now { get; set; } = Noon;

    public Outcome<PointsEarned> Earn(
        string order, long goodsMinor, long ecoMinor = 0, string? sale = null, string? currency = null)
    {
        var policy = Book.For(sale ?? market, Now);
        var command = new EarnPoints(order, sale ?? market, currency ?? policy.Market.Currency, goodsMinor, ecoMinor);
        return Take(User.Decide(command, policy, Home(Book.For(User.Market ?? command.Market, Now)), Now));
    }

    public Outcome<PointsReversed> Reverse(string id, string order, long points, long refundMinor) =>
        Take(User.Decide(new ReversePoints(id, order, points, refundMinor), Now));

    public Outcome<UserView> Register(string? asked) =>
        Take(User.Decide(asked, Book.For(asked, Now), Id, Events.Count, Now));

    public Outcome<UserView> Change(long version, string key, string? to) => Take(User.Decide(
        new ChangeUser(version, key, to), Book.For(to ?? User.Market, Now), Id, Events.Count, Now));

    public Outcome<Done> Due() => Take(User.DecideDue(Home(Book.For(User.Market ?? market, Now)), Now));

    /// <summary>What is otherwise in the policy of his market.</summary>
    public Func<PolicySet, PolicySet> Home { get; init; } = policy => policy;

    /// <summary>Somebody hears of a review; null: there is none to hear of.</summary>
    public UserEvent.TierReviewed? Tell()
    {
        if (User.Untold is not { } review) return null;
        Take(User.DecideTold(review, Now));
        return review;
    }

    public UserView View => User.View(Id, Events.Count, Now);

    private Outcome<T> Take<T>(Decision<UserEvent, T> decision)
    {
        foreach (var e in decision.Events) User = User.Apply(e);
        Events.AddRange(decision.Events);
        return decision.Reply;
    }
}
