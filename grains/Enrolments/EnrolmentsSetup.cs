using Ale.Inbox;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Enrolments;

/// <summary>What the silo registers for this slice.</summary>
internal static class EnrolmentsSetup
{
    public static IServiceCollection AddEnrolments(this IServiceCollection services) => services
        .AddSingleton<Projection, EnrolmentProjection>().AddSingleton<Reaction, EnrolmentReactions>();
}

/// <summary>
/// Feedback that is owed longer than it may, and a coupon that who has come did not get, stand in an inbox.
/// </summary>
internal sealed class EnrolmentReactions() : Reaction<EnrolmentEvent>(
    "enrolment-inbox", "enrolment", EnrolmentJson.Default.EnrolmentEvent)
{
    private const string By = "enrolments";

    protected override async Task<Refusal?> React(
        string key, EnrolmentEvent happened, string eventId, IGrainFactory grains) => happened switch
        {
            EnrolmentEvent.Owed e => (await grains.InboxItem(OwedItem(key, $"{e.User}")).Open(new("feedback_owed",
                $"{key}: feedback was not given in time", $"enrolment/{key}", e.Role, InboxSeverity.Notice, null), By))
                .Refusal,
            EnrolmentEvent.Credited { Code: { } why, Role: { } role } e => (await grains.InboxItem(
                RefusedItem(key, $"{e.User}")).Open(new("coupon_not_credited",
                $"{key}: who has come did not get his coupon ({why})", $"enrolment/{key}", role, InboxSeverity.Warning,
                null), By)).Refusal,
            EnrolmentEvent.Answered e => await grains.CloseItem(OwedItem(key, $"{e.User}"), By, "It was given."),
            _ => null,
        };

    public static string RefusedItem(string enrolment, string user) =>
        CauseIds.Of("coupon_not_credited", $"{enrolment}/{user}");

    public static string OwedItem(string enrolment, string user) =>
        CauseIds.Of("feedback_owed", $"{enrolment}/{user}");
}
