using Ale.Edge;
using Xunit;

namespace Ale;

/// <summary>What tests ask of an answer.</summary>
internal static class AnswerAssert
{
    /// <summary>The answer if it is 200, else the test fails with what it is.</summary>
    public static Answer Ok(this Answer answer)
    {
        Assert.True(answer.Status == 200, $"{answer.Status}: {answer.Text}");
        return answer;
    }

    /// <summary>Holds the shape that every problem has, whatever its code.</summary>
    public static void IsProblem(this Answer answer, int status, string code)
    {
        Assert.True(status == answer.Status && code == answer.Code,
            $"{answer.Status} {answer.MediaType}: {answer.Text}");
        Assert.Equal(status, (int)answer.Json["status"]!);
        Assert.False(string.IsNullOrWhiteSpace((string?)answer.Json["title"]));
        Assert.False(string.IsNullOrWhiteSpace((string?)answer.Json["detail"]));
        Assert.Equal(status is 429 or 503, answer.Headers.ContainsKey("Retry-After"));
        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.DoesNotContain("   at ", answer.Text);
        Assert.DoesNotContain("Exception", answer.Text);
    }

    /// <summary>Asks again until <paramref name="isSo"/>; if it is not so in <paramref name="seconds"/>, the test fails
    /// with the last answer.</summary>
    public static async Task<T> Until<T>(this Func<Task<T>> ask, Func<T, bool> isSo, double seconds = 10)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isSo(answer)) return answer;
            if (TimeProvider.System.GetElapsedTime(began).TotalSeconds > seconds)
                Assert.Fail($"Not within {seconds} s; the last answer: {answer}");
            await Task.Delay(20);
        }
    }
}
