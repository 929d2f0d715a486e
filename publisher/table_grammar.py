"""The parts that SQL from outside may be made of; what is not listed here is refused."""

from __future__ import annotations

from sqlglot import exp

Type = exp.DataType.Type

NODES: frozenset[type[exp.Expr]] = frozenset(
    (
        exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit,
        exp.Offset, exp.Distinct, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.Table, exp.TableAlias,
        exp.Identifier, exp.Column, exp.Star, exp.Alias, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Tuple,
        exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Not,
        exp.And, exp.Or, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape, exp.SimilarTo, exp.Exists,
        exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe, exp.DataType, exp.DataTypeParam,
        exp.Interval, exp.Var, exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup,
    )
)  # fmt: skip

# What a column is called when it is made by the function and has no name of its own; "" for the function's own name.
FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Count: "", exp.Sum: "", exp.Min: "", exp.Max: "", exp.Avg: "", exp.Stddev: "", exp.StddevPop: "",
    exp.StddevSamp: "", exp.Variance: "", exp.VariancePop: "var_pop", exp.Corr: "", exp.PercentileCont: "",
    exp.PercentileDisc: "", exp.Upper: "", exp.Lower: "", exp.Length: "", exp.Trim: "btrim", exp.Substring: "",
    exp.Left: "", exp.Right: "", exp.StrPosition: "position", exp.Concat: "", exp.ConcatWs: "", exp.Replace: "",
    exp.Initcap: "", exp.Reverse: "", exp.StartsWith: "", exp.SplitPart: "", exp.RegexpLike: "?column?",
    exp.RegexpILike: "?column?", exp.Abs: "", exp.Ceil: "", exp.Floor: "", exp.Round: "", exp.Sign: "", exp.Sqrt: "",
    exp.Pow: "power", exp.Exp: "", exp.Ln: "", exp.Log: "", exp.Greatest: "", exp.Least: "", exp.Coalesce: "",
    exp.Nullif: "", exp.If: "case", exp.Case: "case", exp.Cast: "", exp.Extract: "", exp.TimestampTrunc: "date_trunc",
    exp.DateTrunc: "date_trunc", exp.RowNumber: "", exp.Rank: "", exp.DenseRank: "", exp.Lag: "", exp.Lead: "",
    exp.FirstValue: "", exp.LastValue: "", exp.Ntile: "", exp.And: "?column?", exp.Or: "?column?",
    exp.Exists: "exists", exp.Median: "",
}  # fmt: skip

NAMED_FUNCTIONS = frozenset(("btrim", "ltrim", "rtrim", "char_length", "trunc", "mod", "bool_and", "bool_or"))

TYPES = frozenset(
    (
        Type.INT, Type.BIGINT, Type.SMALLINT, Type.DECIMAL, Type.FLOAT, Type.DOUBLE, Type.TEXT, Type.VARCHAR,
        Type.CHAR, Type.BOOLEAN, Type.DATE, Type.TIMESTAMP, Type.TIMESTAMPTZ, Type.TIME, Type.INTERVAL,
    )
)  # fmt: skip
