using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Coupons;

/// <summary>
/// A template and its codes. Hot, so it owns mutable collections; only Apply changes them.
/// Invariants: <c>Redeemed ≤ Claimed ≤ Pool</c>; a user's claims are numbered 1 to <c>PerUserMax</c>; a code has at
/// most one order; terms change only before the start, so before any claim; at most 16 keys of such changes and 4,096
/// ended uses, none older than 10 minutes at the next end, are remembered. Claims stay for ever, some hundred bytes each;
/// the bound on the pool is what bounds them.
/// </summary>
internal sealed partial class Coupon : IState<Coupon, CouponEvent>
{
    public const int EndedMax = 4_096;
    private const string ChangeCommand = "change";
    public static readonly TimeSpan EndedFor = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Claim> _claims = new(StringComparer.Ordinal); // by code
    private readonly Dictionary<(string User, int Number), string> _codes = [];
    private readonly Dictionary<(string Code, string OrderId), EndedUse> _ended = [];
    private readonly Queue<EndedUse> _endedInOrder = new();

    public static JsonTypeInfo<CouponEvent> EventJson => CouponJson.Default.CouponEvent;

    public CouponTerms? Terms { get; private set; }

    /// <summary>How often the terms were set.</summary>
    public long TermsVersion { get; private set; }

    /// <summary>Changes of terms, each with the template as it was answered then.</summary>
    public RememberedKeys<CouponTemplate> Keys { get; private set; } = RememberedKeys<CouponTemplate>.None;

    public int Claimed => _claims.Count;
    public int Redeemed { get; private set; }
    public long SpentMinor { get; private set; }

    /// <summary>Entries that a snapshot would hold.</summary>
    public int Entries => _claims.Count + _ended.Count;

    public static Coupon New() => new();

    public Coupon Apply(CouponEvent happened)
    {
        switch (happened)
        {
            case CouponEvent.Defined e:
                (Terms, TermsVersion) = (e.Terms, 1);
                break;
            case CouponEvent.Changed e:
                (Terms, TermsVersion) = (e.Terms, TermsVersion + 1);
                // The state does not know its own id; the answer gets it when it is given again.
                Keys = Keys.Add(e.Key, ChangeCommand, View("", e.At), e.At);
                break;
            case CouponEvent.Claimed e:
                Add(e.Code, new(e.User, e.Number, e.ExpiresAt, null));
                break;
            case CouponEvent.Held e:
                _claims[e.Code] = _claims[e.Code] with { Use = new(e.OrderId, e.GoodsMinor, e.OffMinor, false) };
                break;
            case CouponEvent.Redeemed e:
                var held = _claims[e.Code];
                _claims[e.Code] = held with { Use = held.Use! with { IsRedeemed = true } };
                Redeemed++;
                SpentMinor += e.OffMinor;
                break;
            case CouponEvent.GivenBack e:
                _claims[e.Code] = _claims[e.Code] with { Use = null };
                if (e.WasRedeemed)
                {
                    Redeemed--;
                    SpentMinor -= e.OffMinor;
                }

                End(new(e.Code, e.OrderId, e.OffMinor, e.At));
                break;
            case CouponEvent.Fenced e:
                End(new(e.Code, e.OrderId, 0, e.At));
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }

        return this;
    }

    private void Add(string code, Claim claim)
    {
        _claims.Add(code, claim);
        _codes.Add((claim.User, claim.Number), code);
    }

    private void End(EndedUse ended)
    {
        _ended.Add((ended.Code, ended.OrderId), ended);
        _endedInOrder.Enqueue(ended);
        while (_endedInOrder.Count > EndedMax || ended.At - _endedInOrder.Peek().At > EndedFor)
        {
            var oldest = _endedInOrder.Dequeue();
            _ended.Remove((oldest.Code, oldest.OrderId));
        }
    }
}
