using Xunit;

namespace Ale.Kernel;

public sealed class TextsTests
{
    [Theory]
    [InlineData("", 0, "")]
    [InlineData("", 5, "")]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab\U0001F642", 3, "ab")] // half of the sign would be none
    [InlineData("ab\U0001F642", 4, "ab\U0001F642")]
    [InlineData("ab\U0001F642c", 4, "ab\U0001F642")]
    public void A_text_is_cut_between_signs(string text, int max, string cut) => Assert.Equal(cut, text.Cut(max));
}
