using Ale.Faults;
using Xunit;

namespace Ale.Runs;

/// <summary>
/// The short form of the faults that matter most, on three silo processes that the tests share; all of them, longer,
/// are run by <c>dotnet run --project tests/Ale.Bench -- faults</c>.
/// </summary>
[Trait("needs", "server")]
public sealed class FaultTests(FaultTests.Silos silos) : IClassFixture<FaultTests.Silos>
{
    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData("10")]
    [InlineData("13")]
    [InlineData("20")]
    [InlineData("22")]
    [InlineData("23")]
    public async Task TEC_02_Nothing_acknowledged_is_lost_and_the_bound_is_kept_at_fault(string id)
    {
        var planned = FaultRun.All.Single(p => p.Fault.Id == id);
        var result = await planned.Run!(silos.Rig, new(Seed: 1, Short: true));
        Assert.True(result.IsKept, result.ToString());
    }

    /// <summary>Three silos on a PostgreSQL of their own.</summary>
    public sealed class Silos : IAsyncLifetime
    {
        internal FaultRig Rig { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync() => Rig = await FaultRig.Start(seed: 1);

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => Rig.DisposeAsync();
    }
}
