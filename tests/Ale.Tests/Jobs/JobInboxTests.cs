using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Jobs;

/// <summary>What people hear of runs that fail (TEC-05), with the slices' reactions running.</summary>
[Trait("needs", "server")]
public sealed class JobInboxTests
{
    private static readonly DateTimeOffset Past = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TEC_05_a_run_that_failed_stands_in_an_inbox_until_a_later_one_ends()
    {
        var (policies, isDone) = (PolicyBook.Load(Repository.At("deploy", "policy")), false);
        policies.Take([new(1, "job.attemptsMax", null, "1", Past, null, "a test", "olga", Past)]);
        await using var cluster = await KernelCluster.Start(1, null, services => services
            .AddSingleton(policies).AddInbox().AddJobs().AddJob(new("report", "Report", _ => "0 6 1 1 *", null,
                (_, _) => Task.FromResult(new JobResult(isDone, "no disk")))));
        var job = cluster.Cluster.Client.Job("report");
        Assert.Null((await job.Schedule()).Refusal);

        await Run("k1");
        var told = (await Item("k1", InboxState.Open)).Terms;
        Assert.Equal(("job_failed", "report failed: no disk", "job/report", "ops"),
            (told.Kind, told.Title, told.Subject, told.Role));
        await Run("k2");
        await Item("k2", InboxState.Open);
        Assert.Equal("a later run failed, too", (await Item("k1", InboxState.Done)).Reason);
        isDone = true;
        await Run("k3");
        Assert.Equal("a later run is done", (await Item("k2", InboxState.Done)).Reason);

        async Task Run(string key)
        {
            Assert.Null((await job.Run(new(key, "ann"))).Refusal);
            await new Func<Task<Outcome<JobView>>>(() => job.Get()).Until(j => j.Value!.Current is null, 30);
        }

        async Task<InboxItemInfo> Item(string key, InboxState state)
        {
            var item = cluster.Cluster.Client.InboxItem(JobReactions.ItemOf($"report:by:{key}"));
            var found = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get())
                .Until(i => i.Value?.State == state, 30);
            Assert.Equal(state, found.Value?.State);
            return found.Value!;
        }
    }
}
