<#-- What our queries have beyond Calcite's. -->

/** A query with the clauses that say what comes out of it, and when. */
EmittingQuery QueryAndOutput() :
{
    final SqlNode query;
    SqlNode clause;
    final List<SqlNode> clauses = new ArrayList<SqlNode>();
}
{
    query = OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY)
    ( clause = OutputClauseOf() { clauses.add(clause); } )*
    { return new EmittingQuery(Span.of(query).end(this), query, clauses); }
}

OutputClause OutputClauseOf() :
{
    final Span s;
    OutputClause.Kind kind;
    SqlNode operand = null;
}
{
    (
        <EMIT> { s = span(); }
        (
            <FINAL> { kind = OutputClause.Kind.EMIT_ON_WINDOW_CLOSE; }
        |
            LOOKAHEAD(2)
            <ON> <WINDOW> <CLOSE> { kind = OutputClause.Kind.EMIT_ON_WINDOW_CLOSE; }
        |
            <ON> <UPDATE> { kind = OutputClause.Kind.EMIT_ON_UPDATE; }
        |
            <CHANGES> { kind = OutputClause.Kind.EMIT_ON_UPDATE; }
        |
            <EVERY> operand = Expression(ExprContext.ACCEPT_NON_QUERY)
            { kind = OutputClause.Kind.EMIT_EVERY; }
        )
    |
        <ALLOWED> { s = span(); } <LATENESS>
        operand = Expression(ExprContext.ACCEPT_NON_QUERY)
        { kind = OutputClause.Kind.ALLOWED_LATENESS; }
    |
        <LATE> { s = span(); } <ROWS> <TO> operand = SimpleIdentifier()
        { kind = OutputClause.Kind.LATE_ROWS_TO; }
    |
        <ON> { s = span(); } <CONFLICT> <DO>
        (
            <ERROR> { kind = OutputClause.Kind.ON_CONFLICT_ERROR; }
        |   <NOTHING> { kind = OutputClause.Kind.ON_CONFLICT_NOTHING; }
        |   <DEDUPLICATE> { kind = OutputClause.Kind.ON_CONFLICT_DEDUPLICATE; }
        )
    )
    { return new OutputClause(s.end(this), kind, operand); }
}

/** The size of a count window, ROWS n. */
SqlNode RowCountOf() :
{
    final Span s;
    final SqlNode count;
}
{
    <ROWS> { s = span(); }
    count = UnsignedNumericLiteral()
    { return RowCount.OPERATOR.createCall(s.end(this), count); }
}

JoinType LeftSemiOrAntiJoin() :
{
}
{
    LOOKAHEAD(2)
    <LEFT> <SEMI> <JOIN> { return JoinType.LEFT_SEMI_JOIN; }
|
    <LEFT> <ANTI> <JOIN> { return JoinType.LEFT_ANTI_JOIN; }
}

/** x::type */
void InfixCast(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlDataTypeSpec type;
}
{
    <INFIX_CAST> {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(dev.sluice.planner.ast.InfixCast.OPERATOR, getPos()));
    }
    type = DataType() { list.add(type); }
}

/** Types that Calcite lacks or writes otherwise. */
SqlTypeNameSpec SluiceTypeName() :
{
    final Span s;
    final int precision;
    SqlDataTypeSpec type;
    final List<SqlNode> names = new ArrayList<SqlNode>();
    final List<SqlNode> types = new ArrayList<SqlNode>();
}
{
    <STRING> { return new SqlAlienSystemTypeNameSpec("STRING", SqlTypeName.VARCHAR, getPos()); }
|
    <BYTES> { return new SqlAlienSystemTypeNameSpec("BYTES", SqlTypeName.VARBINARY, getPos()); }
|
    <TIMESTAMP_LTZ> { s = span(); } precision = PrecisionOpt()
    {
        return new SqlBasicTypeNameSpec(
            SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, precision, s.end(this));
    }
|
    <ARRAY> { s = span(); } <LT> type = ColumnType() { types.add(type); } <GT>
    { return new AngleTypeSpec(s.end(this), SqlTypeName.ARRAY, names, types); }
|
    <MAP> { s = span(); } <LT> type = ColumnType() { types.add(type); }
    <COMMA> type = ColumnType() { types.add(type); } <GT>
    { return new AngleTypeSpec(s.end(this), SqlTypeName.MAP, names, types); }
|
    <ROW> { s = span(); }
    (
        <LT> AddField(names, types) ( <COMMA> AddField(names, types) )* <GT>
    |
        <LPAREN> AddField(names, types) ( <COMMA> AddField(names, types) )* <RPAREN>
    )
    { return new AngleTypeSpec(s.end(this), SqlTypeName.ROW, names, types); }
}

void AddField(List<SqlNode> names, List<SqlNode> types) :
{
    final SqlIdentifier name;
    final SqlDataTypeSpec type;
}
{
    name = SimpleIdentifier() type = ColumnType()
    { names.add(name); types.add(type); }
}
