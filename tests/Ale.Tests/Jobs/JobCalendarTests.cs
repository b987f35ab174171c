using System.Collections.Immutable;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Jobs;

/// <summary>
/// TEC-16: every job there is, through a leap year by the clock of three zones, with its changes of clocks, month ends
/// and 29 February: as often as the calendar of the plan says, each time once, by the clock on the wall.
/// </summary>
public sealed class JobCalendarTests
{
    private const int Year = 2028;
    private static readonly PolicyBook Policies = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly JobPolicy Tries = Policies.For(null, default).Jobs;

    /// <summary>How often a job of the plan's calendar is due in the year.</summary>
    private enum Cadence
    {
        TenMinutes = 366 * 24 * 6,
        Hourly = 366 * 24,
        Daily = 366,
        Weekly = 52,
        Monthly = 12,
        Quarterly = 4,
        Yearly = 1,
    }

    private static readonly Dictionary<string, Cadence> Calendar = new(StringComparer.Ordinal)
    {
        ["clip-boost"] = Cadence.TenMinutes,
        ["placement-returns"] = Cadence.Hourly,
        ["verify"] = Cadence.Daily,
        ["settlement"] = Cadence.Daily,
        ["stock-out-rate"] = Cadence.Daily,
        ["stock-reconciliation"] = Cadence.Daily,
        ["phase-gate"] = Cadence.Daily,
        ["theme-plan"] = Cadence.Daily,
        ["brand-effect"] = Cadence.Daily,
        ["cost-steps"] = Cadence.Daily,
        ["target-board"] = Cadence.Daily,
        ["category-lead"] = Cadence.Weekly,
        ["budget-review"] = Cadence.Monthly,
        ["subscription-check"] = Cadence.Monthly,
        ["explore-line"] = Cadence.Monthly,
        ["cost-structure"] = Cadence.Monthly,
        ["cost-audit"] = Cadence.Quarterly,
        ["resource-tilt"] = Cadence.Quarterly,
        ["reserve-check"] = Cadence.Yearly,
    };

    /// <summary>Every row of the cadence calendar in the requirements.</summary>
    private static readonly string[] Asked = (
        "RSK-28 CMP-09 CSV-03 DAT-01 STK-01 RSK-20 RSK-08 TEC-15 ORD-06 RSK-19 RSK-21 RSK-17 RSK-10 RSK-03 CAM-03 "
        + "CMP-04 DAT-02 USR-02 STK-02 PHS-01 CMP-06 RSK-25 PPL-11 CAM-05 USR-06 USR-03 SHP-06 LIV-01 LIV-04 DAT-03 "
        + "PPL-26 PPL-12 PPL-18 BUD-13 CSV-12 DAT-09 DAT-10 USR-12 LIV-02 BUD-04 BUD-17 KNW-03 PPL-02 PPL-03 PPL-20 "
        + "PPL-22 RSK-11 KNW-11 BUD-16 LIV-03 STK-10 TEC-08 PPL-08 BUD-15 RSK-01 KNW-13 KNW-06 STK-16 DAT-11 RSK-27 "
        + "STK-09 CAM-09 CAM-10 TEC-09 KNW-09 PTN-02 PPL-09 BUD-09 BUD-10 GRN-08 PPL-27 LIV-10 LIV-20 LIV-06 DAT-06")
        .Split(' ');

    /// <summary>What does a row in its time: a job, an instant that a thing keeps, or the year's plan.</summary>
    private static readonly Dictionary<string, string> Done = new(StringComparer.Ordinal)
    {
        ["STK-01"] = "instant",
        ["ORD-06"] = "instant",
        ["CAM-03"] = "placement-returns",
        ["STK-02"] = "stock-reconciliation",
        ["PHS-01"] = "phase-gate",
        ["CMP-06"] = "instant",
        ["CAM-05"] = "brand-effect",
        ["USR-06"] = "instant",
        ["USR-03"] = "instant",
        ["SHP-06"] = "settlement",
        ["BUD-13"] = "category-lead",
        ["BUD-04"] = "budget-review",
        ["BUD-17"] = "explore-line",
        ["BUD-16"] = "subscription-check",
        ["BUD-15"] = "cost-audit",
        ["CAM-09"] = "theme-plan",
        ["CAM-10"] = "plan",
        ["BUD-09"] = "plan",
        ["BUD-10"] = "plan",
    };

    private static readonly ImmutableArray<JobDefinition> Jobs =
    [
        .. new ServiceCollection().AddSlices(Policies).Select(s => s.ImplementationInstance).OfType<JobDefinition>(),
    ];

    [Fact]
    public void Every_job_stands_in_the_calendar() =>
        Assert.Equal(Calendar.Keys.Order(), Jobs.Select(job => job.Code).Order());

    [Fact]
    public void TEC_05_Every_row_of_the_requirements_calendar_that_is_done_is_done_by_something()
    {
        var built = Row.All().Where(row => row.State == "done").Select(row => row.Id).Intersect(Asked);
        Assert.Equal(Done.Keys.Order(StringComparer.Ordinal), built.Order(StringComparer.Ordinal));
        Assert.Empty(Done.Values.Except(Jobs.Select(job => job.Code)).Except(["instant", "plan"]));
    }

    [Theory]
    [InlineData("Asia/Shanghai")] // no change of clocks
    [InlineData("Europe/London")] // forward at 01:00, back at 02:00
    [InlineData("America/Havana")] // forward at midnight, back at 01:00
    public void TEC_16_Every_job_runs_as_often_as_the_calendar_says_and_each_time_once(string zone)
    {
        var clock = TimeZoneInfo.FindSystemTimeZoneById(zone);
        foreach (var job in Jobs)
        {
            var runs = Run(job, clock);
            // A time that the clocks jump over is made up for when they do, and the next follows in its time.
            var changes = clock.GetUtcOffset(new DateTime(Year, 1, 1)) != clock.GetUtcOffset(new DateTime(Year, 7, 1));
            var jumped = changes && Calendar[job.Code] == Cadence.Hourly ? 1 : 0;
            Assert.True((int)Calendar[job.Code] + jumped == runs.Count, $"{job.Code} ran {runs.Count} times in {zone}");
            Assert.Equal(runs.Count, runs.Select(run => run.RunId).Distinct().Count());
            Assert.All(runs, run => Assert.Equal((0, 0L), (run.Missed, run.LateSeconds)));
            if (Calendar[job.Code] is Cadence.TenMinutes or Cadence.Hourly) continue;
            // One a day of the wall's calendar, and at one time of it but where the clocks jump over that.
            var local = runs.Select(run => TimeZoneInfo.ConvertTime(run.DueAt, clock).DateTime).ToArray();
            Assert.Equal(local.Length, local.Select(DateOnly.FromDateTime).Distinct().Count());
            Assert.True(local.Select(TimeOnly.FromDateTime).Distinct().Count() <= 2, $"{job.Code} in {zone}");
        }
    }

    [Theory]
    [InlineData("budget-review", "2028-01-31T12:00:00", "2028-02-01")] // a month's end, of any length
    [InlineData("budget-review", "2028-02-28T12:00:00", "2028-03-01")]
    [InlineData("budget-review", "2027-02-28T23:59:00", "2027-03-01")]
    [InlineData("verify", "2028-02-28T12:00:00", "2028-02-29")]
    [InlineData("verify", "2027-02-28T12:00:00", "2027-03-01")]
    [InlineData("verify", "2028-12-31T12:00:00", "2029-01-01")]
    [InlineData("resource-tilt", "2028-02-29T12:00:00", "2028-04-01")]
    [InlineData("reserve-check", "2028-02-29T12:00:00", "2028-12-01")]
    [InlineData("category-lead", "2028-02-29T12:00:00", "2028-03-06")] // a Tuesday; the Monday after
    public void TEC_16_The_next_time_follows_the_lengths_of_months(string code, string after, string expected)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        var job = Taken(Jobs.Single(j => j.Code == code), zone, Local(DateTime.Parse(after), zone));
        Assert.Equal(expected, $"{TimeZoneInfo.ConvertTime(job.NextAt!.Value, zone):yyyy-MM-dd}");
    }

    private static List<JobRunView> Run(JobDefinition definition, TimeZoneInfo zone)
    {
        var (now, end) = (Local(new(Year, 1, 1), zone), Local(new(Year + 1, 1, 1), zone));
        var job = Taken(definition, zone, now.AddTicks(-1)); // what is due at midnight belongs to the year
        var runs = new List<JobRunView>();
        while (job.DueAt is { } due && due < end)
        {
            Assert.True(due > now || runs.Count == 0, $"{definition.Code} does not go on after {now:O}");
            now = due;
            job = After(job, job.DecideDue(definition.Code, Tries, now));
            runs.Add(job.Current!);
            job = After(job, job.DecideEnd(job.Current!, JobResult.Done("ok"), Tries, now));
        }

        return runs;
    }

    private static Job Taken(JobDefinition definition, TimeZoneInfo zone, DateTimeOffset now)
    {
        var job = Job.New();
        var terms = new JobTerms(definition.Title, definition.Cron(Policies.For(null, now)), "cn", zone.Id);
        return After(job, job.Decide(terms, now));
    }

    private static DateTimeOffset Local(DateTime time, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(time)) time = time.AddMinutes(1);
        return new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUniversalTime();
    }

    private static Job After<T>(Job job, Kernel.Decision<JobEvent, T> decision) =>
        decision.Events.Aggregate(job, (state, happened) => state.Apply(happened));
}
