namespace Ale.Edge;

/// <summary>How one operation is asked rightly; what is wrong is made from this and the API document.</summary>
/// <param name="Operation">The document's <c>operationId</c>.</param>
/// <param name="Address">The address with its ids, and its query if it needs one.</param>
/// <param name="Body">A full body: members that are objects or lists must be there.</param>
internal sealed record WalkRow(string Operation, string Address, string? Body = null)
{
    /// <summary>Other content under the same id, and the code of its refusal.</summary>
    public (string Body, string Code)? Other { get; init; }

    /// <summary>Why a PUT takes other content.</summary>
    public string? TakesOther { get; init; }

    /// <summary>An address that names nothing, and the code of that.</summary>
    public (string Address, string Code)? Unknown { get; init; }

    /// <summary>What the right request is answered; 0: a 2xx, or a rule that says no.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The version that a PATCH expects.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Who asks rightly, where it may not be the operator: a role and its subject.</summary>
    public string Role { get; init; } = Roles.Ops;

    /// <summary>True: the thing is nobody's own, any user may do this.</summary>
    public bool IsEverybodys { get; init; }

    /// <summary>True: needs no token; a payment event is signed.</summary>
    public bool IsOpen { get; init; }

    /// <summary>True: the answer comes from tables, so it is asked when they have got there.</summary>
    public bool FromTables { get; init; }

    /// <summary>Members that tell the moment, so that a repeat's may differ.</summary>
    public string[] Moves { get; init; } = [];
}
