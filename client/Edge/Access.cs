using System.Collections.Frozen;
using System.Text.Json;

namespace Ale.Edge;

/// <summary>What a caller may be allowed to do. Names say slice and verb; <c>…Own</c> is narrowed to the caller
/// himself.</summary>
internal enum Permission
{
    StockRead, StockWrite, StockReserve, StockPause,
    OrderRead, OrderPlace, OrderWrite, ReturnWrite, RefundRead, RefundWrite, CaseRead, CaseWrite,
    PaymentAsk,
    SessionRead, SessionWrite, SessionRun, SessionAct, ScriptWrite, ShelfWrite, OfferWrite, BoardRead,
    RoomTake, RoomFeed, ShareWrite, QuizWrite, QuizRun, QuizAnswer, QuizRead,
    CouponRead, CouponWrite, CouponClaim,
    UserRead, UserWrite, UserErase, ConsentWrite, PointsRead,
    ImportRead, ImportWrite, CampaignRead, CampaignWrite, CampaignReport, PlacementRead, PlacementWrite,
    PlacementReport,
    SalesRead, BudgetRead, BudgetPlan, BudgetSpend, SettlementRead, SettlementWrite,
    EnrolmentRead, EnrolmentWrite, EnrolmentJoin, AudienceRead, AudienceWrite, TouchWrite,
    ApprovalRead, ApprovalDecide,
    ReviewRead, ReviewLevel1, ReviewLevel2, ReviewLevel3,
    RestoreVote, ArbitrationVote, IncidentLevel2, StaffWrite, PayWrite, StatementWrite, SecurityIncidentWrite,
    PartnerOwn,
    InboxRead, InboxWrite, InboxDone, ApprovalAsk, FindingRead, FindingWrite, FindingDecide,
    RegisterRead, RegisterWrite, ShopRead, ShopWrite,
    ShippingRead, ShippingWrite,
    PlatformRead, PlatformWrite, PlatformTell, PhaseRead, PhaseWrite,
    JobRead, JobWrite, PolicyRead, PolicyWrite, ParkedRead, ParkedWrite, DashboardRead, ReferenceRead, SettledRead,
    Verify,
}

/// <summary>Who may do what (TEC-12): the one table of roles. A role that is not in it may do nothing.</summary>
internal static class Access
{
    /// <summary>What every role of the house has: its own inbox and findings, and a look at papers.</summary>
    private static readonly Permission[] Staff =
    [
        Permission.InboxRead, Permission.InboxDone, Permission.FindingRead, Permission.FindingDecide,
        Permission.RegisterRead,
    ];

    private static readonly Permission[] Service =
    [
        Permission.StockRead, Permission.StockWrite, Permission.StockReserve,
        Permission.OrderRead, Permission.OrderPlace, Permission.OrderWrite, Permission.ReturnWrite,
        Permission.RefundRead, Permission.RefundWrite, Permission.CaseRead, Permission.CaseWrite,
        Permission.PaymentAsk,
        Permission.SessionRead, Permission.SessionWrite, Permission.SessionRun, Permission.SessionAct,
        Permission.ScriptWrite, Permission.ShelfWrite, Permission.OfferWrite, Permission.BoardRead,
        Permission.RoomTake, Permission.RoomFeed, Permission.ShareWrite,
        Permission.QuizWrite, Permission.QuizRun, Permission.QuizAnswer, Permission.QuizRead,
        Permission.CouponRead, Permission.CouponWrite, Permission.CouponClaim,
        Permission.UserRead, Permission.UserWrite, Permission.UserErase, Permission.ConsentWrite, Permission.PointsRead,
        Permission.ImportRead, Permission.ImportWrite,
        Permission.CampaignRead, Permission.CampaignReport, Permission.PlacementRead, Permission.PlacementReport,
        Permission.SalesRead, Permission.InboxWrite, Permission.ApprovalRead, Permission.ApprovalAsk,
        Permission.FindingWrite,
        Permission.RegisterWrite, Permission.ShopRead, Permission.ShippingRead, Permission.ShippingWrite,
        Permission.PlatformRead, Permission.PlatformTell, Permission.PhaseRead,
        Permission.EnrolmentRead, Permission.EnrolmentWrite, Permission.EnrolmentJoin,
        Permission.AudienceRead, Permission.AudienceWrite, Permission.TouchWrite, .. Staff,
    ];

    /// <summary>Role to permissions. Separate duties stay separate: <c>ops</c> neither spends nor approves.</summary>
    public static readonly FrozenDictionary<string, FrozenSet<Permission>> Table =
        new Dictionary<string, Permission[]>(StringComparer.Ordinal)
        {
            [Roles.Service] = Service,
            [Roles.Ops] =
            [
                .. Service, Permission.StockPause, Permission.CampaignWrite, Permission.PlacementWrite,
                Permission.JobRead, Permission.JobWrite, Permission.PolicyRead, Permission.PolicyWrite,
                Permission.ParkedRead, Permission.ParkedWrite, Permission.DashboardRead, Permission.ReferenceRead,
                Permission.SettledRead, Permission.ShopWrite, Permission.PlatformWrite,
                Permission.PhaseWrite, Permission.BudgetRead, Permission.Verify,
            ],
            ["director"] =
            [
                Permission.SessionRead, Permission.SessionWrite, Permission.SessionRun, Permission.ScriptWrite,
                Permission.ShelfWrite, Permission.OfferWrite, Permission.QuizWrite, Permission.QuizRun,
                Permission.QuizRead, Permission.BoardRead, Permission.SalesRead, .. Staff,
            ],
            [Roles.Host] =
            [
                Permission.SessionRead, Permission.SessionRun, Permission.QuizWrite, Permission.QuizRun,
                Permission.QuizRead, Permission.BoardRead, .. Staff,
            ],
            ["reviewer"] =
            [
                Permission.SessionRead, Permission.SessionAct, Permission.ReviewRead, Permission.ReviewLevel1,
                .. Staff,
            ],
            ["agent"] =
            [
                Permission.OrderRead, Permission.UserRead, Permission.RefundRead, Permission.CaseRead,
                Permission.CaseWrite, Permission.ShippingRead, .. Staff,
            ],
            ["finance"] =
            [
                Permission.BudgetRead, Permission.BudgetPlan, Permission.BudgetSpend, Permission.PhaseRead,
                Permission.SettlementRead, Permission.SettlementWrite, Permission.ApprovalRead,
                Permission.ApprovalAsk, Permission.SalesRead, Permission.RefundRead, Permission.RefundWrite, .. Staff,
            ],
            ["approver"] =
            [
                Permission.ApprovalRead, Permission.ApprovalDecide, Permission.RefundRead, Permission.BudgetRead,
                Permission.PhaseRead, .. Staff,
            ],
            // Papers and agreements are theirs to enter and to withdraw.
            ["legal"] = [Permission.ReviewRead, Permission.ReviewLevel2, Permission.RegisterWrite, .. Staff],
            ["counsel"] = [Permission.ReviewRead, Permission.ReviewLevel3, .. Staff],
            ["tech"] = [Permission.RestoreVote, Permission.ArbitrationVote, .. Staff],
            ["executive"] =
            [
                Permission.IncidentLevel2, Permission.ApprovalRead, Permission.ApprovalDecide, Permission.SalesRead,
                Permission.PhaseRead, .. Staff,
            ],
            ["people"] = [Permission.StaffWrite, Permission.PayWrite, .. Staff],
            ["pr"] = [Permission.StatementWrite, .. Staff],
            ["security"] = [Permission.SecurityIncidentWrite, .. Staff],
            ["partner"] = [Permission.PartnerOwn],
            // Own things, and what everybody may look at. Returns, cases and erasure are done by a backend for him.
            [Roles.User] =
            [
                Permission.StockRead, Permission.StockReserve, Permission.OrderRead, Permission.OrderPlace,
                Permission.PaymentAsk, Permission.SessionRead, Permission.RoomTake, Permission.ShareWrite,
                Permission.QuizAnswer, Permission.QuizRead, Permission.CouponClaim, Permission.UserRead,
                Permission.UserWrite, Permission.ConsentWrite, Permission.PointsRead, Permission.EnrolmentJoin,
                Permission.TouchWrite,
            ],
            [Roles.Viewer] = [Permission.RoomTake],
        }.ToFrozenDictionary(row => row.Key, row => row.Value.ToFrozenSet());

    /// <summary>True when one of <paramref name="roles"/> has one of <paramref name="permissions"/>.</summary>
    public static bool Allows(IEnumerable<string> roles, IReadOnlyList<Permission> permissions)
    {
        foreach (var role in roles)
        {
            if (!Table.TryGetValue(role, out var has)) continue;
            foreach (var permission in permissions)
                if (has.Contains(permission)) return true;
        }
        return false;
    }

    /// <summary>The roles that have one of <paramref name="permissions"/>, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> RolesOf(IReadOnlyList<Permission> permissions) =>
        [.. Table.Where(row => permissions.Any(row.Value.Contains)).Select(row => row.Key)
            .Order(StringComparer.Ordinal)];

    /// <summary>How a permission is written in documents: <c>stock_write</c>.</summary>
    public static string NameOf(Permission permission) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{permission}");
}

/// <summary>Roles that code names.</summary>
internal static class Roles
{
    public const string Service = "service", Ops = "ops", Host = "host", User = "user", Viewer = "viewer";
}
