using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What ML.NET expects of every estimator and of the transformer that it makes. A test of an estimator makes one of these and calls <see cref="Check"/>;
/// <see cref="CheckPredictionEngine"/> beside it, where a row type is at hand. Faults are assertions that say which rule was broken.
/// </summary>
/// <param name="estimator">What is tested. Its transformers are disposed here.</param>
/// <param name="valid">Rows that it accepts, at least three, with a column that it does not use.</param>
/// <param name="invalid">Data that it must refuse, each for another reason; the same instances are used for their schemas and for <c>Fit</c>.</param>
internal sealed class EstimatorContract(IEstimator<ITransformer> estimator, IDataView valid, params IDataView[] invalid)
{
    private readonly MLContext _context = new(seed: 1);

    /// <summary>How far values may be apart where rows are computed in other company; 0 for equal bits.</summary>
    public float Tolerance { get; init; } = 1e-5f;

    /// <summary>The whole contract, on a fitted transformer and on one that was saved and loaded.</summary>
    public void Check()
    {
        SchemaShape promised = estimator.GetOutputSchema(Internals.ShapeOf(valid.Schema));
        foreach (IDataView data in invalid)
        {
            MustRefuse("the estimator's GetOutputSchema", data, () => estimator.GetOutputSchema(Internals.ShapeOf(data.Schema)));
            MustRefuse("Fit", data, () => estimator.Fit(data));
        }
        Assert.Throws<ArgumentNullException>(() => estimator.Fit(null!));
        Assert.Throws<ArgumentNullException>(() => estimator.GetOutputSchema(null!));

        ITransformer transformer = estimator.Fit(valid);
        using var release = transformer as IDisposable;
        AssertSameShape(promised, Internals.ShapeOf(transformer.GetOutputSchema(valid.Schema)));
        CheckTransformer(transformer);

        ITransformer loaded = SaveAndLoad(transformer);
        using var releaseLoaded = loaded as IDisposable;
        CheckTransformer(loaded);
        Assert.Equal(Describe(transformer.GetOutputSchema(valid.Schema)), Describe(loaded.GetOutputSchema(valid.Schema)));
        AssertSameRows("the loaded transformer's rows", Rows(transformer.Transform(valid)), Rows(loaded.Transform(valid)), 0);
    }

    /// <summary>Engines of one transformer, several at the same time, give what a cursor gives.</summary>
    /// <param name="transformer">One that <paramref name="valid"/> was fitted on.</param>
    /// <param name="inputs">The rows of the valid data.</param>
    /// <param name="value">What is compared.</param>
    public void CheckPredictionEngine<TInput, TOutput>(ITransformer transformer, IReadOnlyList<TInput> inputs, Func<TOutput, float> value)
        where TInput : class
        where TOutput : class, new()
    {
        float[] expected =
            [.. _context.Data.CreateEnumerable<TOutput>(transformer.Transform(valid), reuseRowObject: false, ignoreMissingColumns: true).Select(value)];
        Parallel.For(0, 3, _ =>
        {
            using PredictionEngine<TInput, TOutput> engine =
                _context.Model.CreatePredictionEngine<TInput, TOutput>(transformer, new PredictionEngineOptions { OwnsTransformer = false });
            for (int i = inputs.Count - 1; i >= 0; i--) Assert.Equal(expected[i], value(engine.Predict(inputs[i])), Tolerance);
        });
    }

    private void CheckTransformer(ITransformer transformer)
    {
        foreach (IDataView data in invalid)
        {
            MustRefuse("the transformer's GetOutputSchema", data, () => transformer.GetOutputSchema(data.Schema));
            MustRefuse("Transform", data, () => transformer.Transform(data));
            if (transformer.IsRowToRowMapper) MustRefuse("GetRowToRowMapper", data, () => transformer.GetRowToRowMapper(data.Schema));
        }
        Assert.Throws<ArgumentNullException>(() => transformer.Transform(null!));
        Assert.Throws<ArgumentNullException>(() => transformer.GetOutputSchema(null!));
        CheckLaziness(transformer);
        CheckSchema(transformer);
        IDataView output = transformer.Transform(valid);
        ImmutableArray<object?[]> rows = Rows(output);
        Assert.True(rows.Length >= 3, "The contract wants at least three rows.");
        CheckCursors(output, rows);
        CheckColumnsAlone(output, rows);
        CheckRefusals(output);
        if (transformer.IsRowToRowMapper) CheckMapper(transformer, rows);
        else Assert.ThrowsAny<Exception>(() => transformer.GetRowToRowMapper(valid.Schema));
    }

    /// <summary>Neither Transform nor a cursor that is not asked for a computed value reads more than it must.</summary>
    private void CheckLaziness(ITransformer transformer)
    {
        var counting = new CountingDataView(valid);
        IDataView output = transformer.Transform(counting);
        _ = output.Schema;
        Assert.Equal(0, counting.Cursors);
        DataViewSchema.Column[] own = [.. output.Schema.Take(valid.Schema.Count).Where(c => !c.IsHidden)];
        using (DataViewRowCursor cursor = output.GetRowCursor(own))
            while (cursor.MoveNext())
            {
            }
        Assert.Equal(1, counting.Cursors);
    }

    private void CheckSchema(ITransformer transformer)
    {
        DataViewSchema promised = transformer.GetOutputSchema(valid.Schema);
        Assert.Equal(Describe(promised), Describe(transformer.Transform(valid).Schema));
        Assert.Equal(Describe(valid.Schema), Describe(promised).Take(valid.Schema.Count));
    }

    private void CheckCursors(IDataView output, ImmutableArray<object?[]> rows)
    {
        Assert.Equal(rows.Length, output.GetRowCount() ?? rows.Length);
        AssertSameRows("a second pass", rows, Rows(output), 0);
        if (!output.CanShuffle) AssertSameRows("a pass with a random order asked of a view that has none", rows, Rows(output, new Random(5)), 0);

        // All cursors of a set together are the rows, each once; they run on threads of their own.
        DataViewRowCursor[] set = output.GetRowCursorSet(output.Schema, 3, null);
        Dictionary<DataViewRowId, object?[]> expected = ById(output), found = [];
        Parallel.ForEach(set, cursor =>
        {
            using (cursor)
                foreach ((DataViewRowId id, object?[] values) in Read(cursor))
                    lock (found) Assert.True(found.TryAdd(id, values), "Two cursors of a set gave the same row.");
        });
        Assert.Equal(expected.Keys.ToHashSet(), found.Keys.ToHashSet());
        foreach ((DataViewRowId id, object?[] values) in expected) AssertSameRow("a cursor set", values, found[id], Tolerance);

        // Passes at the same time do not disturb each other.
        Parallel.For(0, 3, _ => AssertSameRows("passes at the same time", rows, Rows(output), Tolerance));

        // Rows that are passed over.
        using DataViewRowCursor skipping = output.GetRowCursor(output.Schema);
        Assert.Equal(-1, skipping.Position);
        Func<object?>[] getters = Getters(skipping);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.True(skipping.MoveNext());
            Assert.Equal(i, skipping.Position);
            if (i % 2 == 1) AssertSameRow("every second row", rows[i], [.. getters.Select(g => g())], Tolerance);
        }
        Assert.False(skipping.MoveNext());
        Assert.False(skipping.MoveNext());
        skipping.Dispose();
        skipping.Dispose();
    }

    private void CheckColumnsAlone(IDataView output, ImmutableArray<object?[]> rows)
    {
        using (DataViewRowCursor none = output.GetRowCursor([]))
        {
            Assert.All(output.Schema, c => Assert.False(none.IsColumnActive(c)));
            int count = 0;
            while (none.MoveNext()) count++;
            Assert.Equal(rows.Length, count);
        }
        foreach (DataViewSchema.Column column in output.Schema)
        {
            using DataViewRowCursor cursor = output.GetRowCursor([column]);
            Assert.True(cursor.IsColumnActive(column));
            Func<object?> get = Internals.Getter(cursor, column);
            for (int i = 0; cursor.MoveNext(); i++) AssertSameValue($"column '{column.Name}' alone, row {i}", rows[i][column.Index], get(), Tolerance);
        }
    }

    /// <summary>What a cursor must not do.</summary>
    private static void CheckRefusals(IDataView output)
    {
        foreach (DataViewSchema.Column column in output.Schema)
        {
            using DataViewRowCursor others = output.GetRowCursor(output.Schema.Where(c => c.Index != column.Index));
            if (others.IsColumnActive(column)) continue; // a cursor may give more than it was asked for
            MustRefuse("GetGetter of a column that was not asked for", output, () => Internals.Getter(others, column));
            using DataViewRowCursor cursor = output.GetRowCursor([column]);
            MustRefuse("GetGetter of another type", output, () => cursor.GetGetter<Guid>(column));
        }
        DataViewSchema.Builder builder = new();
        for (int i = 0; i <= output.Schema.Count; i++) builder.AddColumn("Other" + i, NumberDataViewType.Int16);
        DataViewSchema other = builder.ToSchema();
        using DataViewRowCursor all = output.GetRowCursor(output.Schema);
        MustRefuse("GetGetter of another schema's column", output, () => all.GetGetter<short>(other[output.Schema.Count]));
    }

    private void CheckMapper(ITransformer transformer, ImmutableArray<object?[]> rows)
    {
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(valid.Schema);
        Assert.Same(valid.Schema, mapper.InputSchema);
        Assert.Equal(Describe(transformer.GetOutputSchema(valid.Schema)), Describe(mapper.OutputSchema));
        // An own column needs itself; all columns need no more than there are.
        foreach (DataViewSchema.Column column in valid.Schema)
            Assert.Equal([column.Name], Internals.Dependencies(mapper, [mapper.OutputSchema[column.Index]]).Select(c => c.Name));
        DataViewSchema.Column[] computed = [.. mapper.OutputSchema.Skip(valid.Schema.Count)], needed = [.. Internals.Dependencies(mapper, computed)];
        Assert.All(needed, c => Assert.Equal(valid.Schema[c.Index].Name, c.Name));
        using DataViewRowCursor input = valid.GetRowCursor(needed);
        DataViewRow row = Internals.MapRow(mapper, input, computed);
        (int Index, Func<object?> Get)[] getters = [.. computed.Select(c => (c.Index, Internals.Getter(row, c)))];
        Assert.All(computed, c => Assert.True(row.IsColumnActive(row.Schema[c.Index])));
        for (int i = 0; input.MoveNext(); i++)
        {
            Assert.Equal(input.Position, row.Position);
            foreach ((int index, Func<object?> get) in getters)
            {
                AssertSameValue($"the mapper's '{mapper.OutputSchema[index].Name}', row {i}", rows[i][index], get(), Tolerance);
                AssertSameValue("the same again", rows[i][index], get(), Tolerance);
            }
        }
    }

    private ITransformer SaveAndLoad(ITransformer transformer)
    {
        using var stream = new MemoryStream();
        _context.Model.Save(transformer, valid.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out DataViewSchema schema);
        Assert.Equal(Describe(valid.Schema), Describe(schema));
        return loaded;
    }

    private static void MustRefuse(string what, IDataView data, Action action)
    {
        string columns = string.Join(", ", data.Schema.Select(c => $"{c.Name} {c.Type}"));
        try
        {
            action();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidOperationException)
        {
            return;
        }
        Assert.Fail($"{what} accepted the columns {columns}.");
    }

    /// <summary>What was promised is delivered, and nothing else: columns, types and annotations.</summary>
    private static void AssertSameShape(SchemaShape promised, SchemaShape delivered)
    {
        static string Shape(SchemaShape.Column c) =>
            $"{c.Name} {c.Kind} {c.ItemType} {c.IsKey} [{string.Join(", ", c.Annotations.Select(a => $"{a.Name} {a.Kind} {a.ItemType} {a.IsKey}").Order())}]";
        Assert.Equal(promised.Select(Shape).Order(), delivered.Select(Shape).Order());
    }

    private static string[] Describe(DataViewSchema schema) =>
        [.. schema.Select(
            c => $"{c.Index} {c.Name} {c.Type} hidden {c.IsHidden} [{string.Join(", ", c.Annotations.Schema.Select(a => $"{a.Name} {a.Type}"))}]")];

    private static ImmutableArray<object?[]> Rows(IDataView view, Random? random = null)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema, random);
        return [.. Read(cursor).Select(r => r.Values)];
    }

    private static Dictionary<DataViewRowId, object?[]> ById(IDataView view)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        return Read(cursor).ToDictionary(r => r.Id, r => r.Values);
    }

    private static IEnumerable<(DataViewRowId Id, object?[] Values)> Read(DataViewRowCursor cursor)
    {
        Func<object?>[] getters = Getters(cursor);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            getId(ref id);
            yield return (id, [.. getters.Select(g => g())]);
        }
    }

    private static Func<object?>[] Getters(DataViewRowCursor cursor) => [.. cursor.Schema.Select(c => Internals.Getter(cursor, c))];

    private static void AssertSameRows(string what, ImmutableArray<object?[]> expected, ImmutableArray<object?[]> found, float tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++) AssertSameRow($"{what}, row {i}", expected[i], found[i], tolerance);
    }

    private static void AssertSameRow(string what, object?[] expected, object?[] found, float tolerance)
    {
        for (int i = 0; i < expected.Length; i++) AssertSameValue($"{what}, column {i}", expected[i], found[i], tolerance);
    }

    private static void AssertSameValue(string what, object? expected, object? found, float tolerance)
    {
        bool same = expected is float a && found is float b ? a.Equals(b) || Math.Abs(a - b) <= tolerance : Equals(expected, found);
        Assert.True(same, $"{what}: expected {expected}, found {found}.");
    }
}
