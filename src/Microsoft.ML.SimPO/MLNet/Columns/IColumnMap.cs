using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What ML.NET asks of a transformer that computes columns from text, whatever it computes. Each method refuses columns that are missing or not text.
/// </summary>
internal interface IColumnMap
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    DataViewSchema OutputSchema(IHost host, DataViewSchema schema);

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    SchemaShape OutputSchema(IHost host, SchemaShape schema);

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    IDataView Transform(IHost host, IDataView input);

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    IRowToRowMapper RowMapper(IHost host, DataViewSchema schema);
}
