using Ale.Approvals;
using Ale.Audience;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Care;
using Ale.Carts;
using Ale.Coupons;
using Ale.Feed;
using Ale.Enrolments;
using Ale.Imports;
using Ale.Insight;
using Ale.Inbox;
using Ale.Jobs;
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
using Microsoft.Extensions.DependencyInjection;

namespace Ale;

/// <summary>Every slice that a silo runs, in the order of the house: each calls only those above it.</summary>
internal static class Slices
{
    public static IServiceCollection AddSlices(this IServiceCollection services, PolicyBook policies) => services
        .AddPolicy(policies)
        .AddInbox()
        .AddApprovals()
        .AddReviews()
        .AddRegisters()
        .AddFeed()
        .AddPhases()
        .AddJobs()
        .AddSupply()
        .AddProducts()
        .AddStock()
        .AddShops()
        .AddUsers()
        .AddAudience()
        .AddBudgets()
        .AddPortfolio()
        .AddCoupons()
        .AddEnrolments()
        .AddPlatforms()
        .AddCampaigns()
        .AddSessions()
        .AddPayments()
        .AddOrders()
        .AddCarts()
        .AddCarriers()
        .AddCare()
        .AddInsight()
        .AddImports();
}
