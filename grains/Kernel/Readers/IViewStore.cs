using System.Data.Common;

namespace Ale.Kernel;

/// <summary>
/// The database below the projections; one implementation for PostgreSQL, one for SQLite (a file of its own, because
/// one file with several writers stalls).
/// </summary>
internal interface IViewStore
{
    /// <summary>The engine's type for text compared byte by byte.</summary>
    string TextType { get; }

    /// <summary>The condition that a column is one of the texts of a list parameter (<c>@names</c>).</summary>
    string In(string column, string parameter) => $"{column} in {parameter}";

    /// <summary>An open connection for queries; the caller disposes it.</summary>
    Task<DbConnection> Open(CancellationToken ct);

    /// <summary>A short transaction; on SQLite one at a time.</summary>
    Task<IViewTransaction> Begin(CancellationToken ct);
}

/// <summary>One transaction of a reader: rows and place together. Not committed: rolled back.</summary>
internal interface IViewTransaction : IAsyncDisposable
{
    DbConnection Connection { get; }
    DbTransaction Transaction { get; }

    Task Upsert(Table table, int generation, ICollection<object?[]> rows);

    Task Commit();
}
