namespace Ale;

public sealed class LimitsTests
{
    [Xunit.Theory]
    [Xunit.InlineData("a", true)]
    [Xunit.InlineData("A.b_c:d-9", true)]
    [Xunit.InlineData("", false)]
    [Xunit.InlineData(null, false)]
    [Xunit.InlineData("-a", false)]
    [Xunit.InlineData("a b", false)]
    [Xunit.InlineData("é", false)]
    public void Ids_have_one_form(string? id, bool good) => Xunit.Assert.Equal(good, Limits.IsId(id));
}
