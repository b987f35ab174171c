using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Imports;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "import.opened")]
internal abstract record ImportEvent
{
    internal sealed record Opened(ImportTerms Terms, DateTimeOffset At) : ImportEvent;
}

/// <summary>An import. Once opened it never changes.</summary>
internal sealed record Import : IState<Import, ImportEvent>
{
    public static JsonTypeInfo<ImportEvent> EventJson => ImportJson.Default.ImportEvent;

    /// <summary>Null: nobody has opened it.</summary>
    public ImportTerms? Terms { get; private init; }

    public static Import New() => new();

    public Decision<ImportEvent, ImportInfo> Decide(ImportTerms terms, string id, DateTimeOffset now)
    {
        if (Terms is not null) return Terms == terms ? new ImportInfo(id, terms) : ImportRefusals.Changed;
        return new(new ImportInfo(id, terms), new ImportEvent.Opened(terms, now));
    }

    public Import Apply(ImportEvent happened) => happened switch
    {
        ImportEvent.Opened e => this with { Terms = e.Terms },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

/// <summary>Events of a document.</summary>
[JsonDerivedType(typeof(Recorded), "import_document.recorded")]
internal abstract record ImportDocumentEvent
{
    internal sealed record Recorded(ImportDocument Content, DateTimeOffset At) : ImportDocumentEvent;
}

/// <summary>A document. Once recorded it never changes.</summary>
internal sealed record ImportPaper : IState<ImportPaper, ImportDocumentEvent>
{
    public static JsonTypeInfo<ImportDocumentEvent> EventJson => ImportJson.Default.ImportDocumentEvent;

    /// <summary>Null: nobody has recorded it.</summary>
    public ImportDocument? Content { get; private init; }

    public static ImportPaper New() => new();

    public Decision<ImportDocumentEvent, ImportDocumentInfo> Decide(
        ImportDocument document, string import, string no, DateTimeOffset now)
    {
        var reply = new ImportDocumentInfo(import, no, document.Lines.Length, document.OrderIds.Length);
        if (Content is not null) return Content.Equals(document) ? reply : ImportRefusals.Changed;
        return new(reply, new ImportDocumentEvent.Recorded(document, now));
    }

    public ImportPaper Apply(ImportDocumentEvent happened) => happened switch
    {
        ImportDocumentEvent.Recorded e => this with { Content = e.Content },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImportEvent)), JsonSerializable(typeof(ImportDocumentEvent))]
internal sealed partial class ImportJson : JsonSerializerContext;
