using Xunit;

namespace Ale.Edge;

public sealed class AccessTests
{
    [Fact]
    public void TEC_12_the_table_of_roles_is_the_one_agreed()
    {
        var actual = string.Join('\n', Access.Table.OrderBy(row => row.Key, StringComparer.Ordinal)
            .Select(row => $"{row.Key}: {string.Join(' ', row.Value.Order().Select(Access.NameOf))}")) + "\n";
        Golden.Check("tests/Ale.Tests/Edge/Access.golden.txt", actual);
    }

    [Fact]
    public void TEC_12_every_role_of_the_plan_is_in_the_table() => Assert.Equal(
    [
        "agent", "approver", "counsel", "director", "executive", "finance", "host", "legal", "ops", "partner", "people",
        "pr", "reviewer", "security", "service", "tech", "user", "viewer",
    ], Access.Table.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Ops_may_do_all_that_service_may() =>
        Assert.Subset(Access.Table["ops"].ToHashSet(), Access.Table["service"].ToHashSet());

    [Fact]
    public void TEC_12_who_spends_does_not_approve()
    {
        foreach (var (role, permissions) in Access.Table)
            Assert.False(permissions.Contains(Permission.ApprovalDecide)
                && (permissions.Contains(Permission.BudgetSpend) || permissions.Contains(Permission.BudgetPlan)), role);
    }

    [Fact]
    public void Every_permission_belongs_to_somebody() =>
        Assert.DoesNotContain(Enum.GetValues<Permission>(), permission => Access.RolesOf([permission]).Count == 0);

    [Fact]
    public void An_unknown_role_may_do_nothing_and_any_of_several_roles_is_enough()
    {
        Assert.False(Access.Allows(["root", "OPS", ""], Enum.GetValues<Permission>()));
        Assert.True(Access.Allows(["root", "pr"], [Permission.PayWrite, Permission.StatementWrite]));
        Assert.False(Access.Allows(["ops"], []));
    }
}
