using System.Security.Cryptography;
using Ale.Coupons;
using Ale.Kernel;
using Ale.Policy;
using Ale.Registers;
using Ale.Users;

namespace Ale.Enrolments;

[GrainType("enrolment")]
internal sealed class EnrolmentGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Enrolment, EnrolmentEvent>(kernel), IEnrolmentGrain
{
    private const int CodeLength = 10;
    private readonly SingleFlight<Task> _crediting = new();

    private EnrolmentPolicy Policy => policies.For(null, Now).Enrolments;

    public Task<Outcome<EnrolmentInfo>> Put(EnrolmentTerms terms, string by, CancellationToken ct) =>
        Commit(State.Decide(terms, by, Key, Policy, Now), ct);

    public Task<Outcome<EnrolmentInfo>> Get(CancellationToken ct) => Commit<EnrolmentInfo>(
        State.Terms is null ? EnrolmentRefusals.Unknown : State.Info(Key), ct);

    public async Task<Outcome<PlaceInfo>> Apply(UserId user, CancellationToken ct)
    {
        var applicant = new Applicant(user, false, false);
        if (State.Terms is { Kind: EnrolmentKind.Trial } && !State.Places.ContainsKey(user))
        {
            var (known, _) = await GrainFactory.User(user).Get(ct); // who never bought is new
            var (gate, refusal) = await GrainFactory.Register(EnrolmentKeys.HighPotential, user.ToString())
                .Valid(null, [], ct);
            if (refusal is not null) return refusal;
            applicant = new(user, known?.Tier == UserTier.Core, gate!.IsValid);
        }

        return await Commit(State.DecideApply(applicant, NewCode(), Key, Policy, Now), ct);
    }

    public Task<Outcome<EnrolmentInfo>> Release(UserId user, CancellationToken ct) =>
        Commit(State.DecideRelease(user, Key, Now), ct);

    public async Task<Outcome<PlaceInfo>> CheckIn(string code, CancellationToken ct)
    {
        var come = await Commit(State.DecideCheckIn(code, Key, Now), ct);
        if (come.Refusal is null) await Credit();
        return come;
    }

    public Task<Outcome<PlaceInfo>> Feedback(GiveFeedback command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<PlaceInfo>> GetPlace(UserId user, CancellationToken ct) => Commit<PlaceInfo>(
        State.Terms is null ? EnrolmentRefusals.Unknown
        : State.Places.ContainsKey(user) ? State.PlaceOf(user, Key) : EnrolmentRefusals.NoPlace, ct);

    protected override async Task OnDue()
    {
        await Credit();
        await Commit(State.DecideDue(Policy.Role, Now));
    }

    private Task Credit() => _crediting.Run(CreditAll);

    /// <summary>Each who has come gets his first code of the coupon, which is the same when it is asked again.</summary>
    private async Task CreditAll()
    {
        while (!State.Uncredited.IsEmpty)
        {
            var user = State.Uncredited[0].User;
            var claimed = await GrainFactory.Coupon(State.Terms!.Coupon!).Claim(new(user, 1));
            await Commit(State.DecideCredited(user, claimed.Refusal?.Code, Policy.Role, Now));
        }
    }

    private string NewCode()
    {
        string code;
        do code = RandomNumberGenerator.GetString(CouponCodes.Alphabet, CodeLength);
        while (State.Codes.ContainsKey(code));
        return code;
    }
}
