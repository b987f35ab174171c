using Ale.Approvals;
using Ale.Audience;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Care;
using Ale.Carts;
using Ale.Coupons;
using Ale.Enrolments;
using Ale.Imports;
using Ale.Inbox;
using Ale.Insight;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Orders;
using Ale.Payments;
using Ale.Phases;
using Ale.Platforms;
using Ale.Policy;
using Ale.Portfolio;
using Ale.Products;
using Ale.Registers;
using Ale.Reviews;
using Ale.Sessions;
using Ale.Shipping;
using Ale.Shops;
using Ale.Stock;
using Ale.Supply;
using Ale.Users;

namespace Ale;

/// <summary>Every slice's endpoints, under <c>/api</c>.</summary>
internal static class SliceEndpoints
{
    public static void MapSlices(this IEndpointRouteBuilder api)
    {
        api.MapKernel();
        api.MapPolicy();
        api.MapInbox();
        api.MapApprovals();
        api.MapReviews();
        api.MapRegisters();
        api.MapPhases();
        api.MapJobs();
        api.MapSupply();
        api.MapProducts();
        api.MapStock();
        api.MapShops();
        api.MapUsers();
        api.MapCohorts();
        api.MapIdentities();
        api.MapTouches();
        api.MapBudgets();
        api.MapBudgetPlans();
        api.MapExplorations();
        api.MapChoices();
        api.MapCoupons();
        api.MapEnrolments();
        api.MapPlatforms();
        api.MapCampaigns();
        api.MapPlacements();
        api.MapSessions();
        api.MapSettlements();
        api.MapPayments();
        api.MapOrders();
        api.MapRefunds();
        api.MapCarts();
        api.MapCarriers();
        api.MapShipments();
        api.MapColdChain();
        api.MapCare();
        api.MapImports();
        api.MapAttribution();
        api.MapReturns();
        api.MapTargets();
        api.MapCosts();
        api.MapCampaignResults();
    }
}
