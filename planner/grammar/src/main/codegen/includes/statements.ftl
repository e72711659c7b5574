<#-- The statements, and those of them that define nothing. -->

/** One statement and the end of the text. */
SqlNode SluiceStatementEof() :
{
    final SqlNode statement;
}
{
    (
        statement = SqlCreate()
    |
        statement = SqlDrop()
    |
        statement = Insert()
    |
        statement = Explain()
    |
        LOOKAHEAD(1)
        statement = Describe()
    |
        statement = Show()
    |
        statement = SetOrReset()
    |
        statement = StatementSetOf()
    |
        statement = QueryAndOutput()
    )
    <EOF>
    { return statement; }
}

/** A string, as a literal. */
SqlLiteral Text() :
{
}
{
    <QUOTED_STRING> {
        return SqlLiteral.createCharString(SqlParserUtil.parseString(token.image), getPos());
    }
}

InsertStatement Insert() :
{
    final Span s;
    final SqlIdentifier target;
    SqlNodeList columns = null;
    final EmittingQuery query;
}
{
    <INSERT> { s = span(); }
    <INTO> target = SimpleIdentifier()
    [
        LOOKAHEAD(<LPAREN> SimpleIdentifier())
        columns = ParenthesizedSimpleIdentifierList()
    ]
    query = QueryAndOutput()
    { return new InsertStatement(s.end(this), target, columns, query); }
}

StatementSet StatementSetOf() :
{
    final Span s;
    SqlNode insert;
    final List<SqlNode> inserts = new ArrayList<SqlNode>();
}
{
    (
        <EXECUTE> { s = span(); } <STATEMENT> <SET> <BEGIN>
    |
        <BEGIN> { s = span(); } <STATEMENT> <SET> <SEMICOLON>
    )
    ( insert = Insert() <SEMICOLON> { inserts.add(insert); } )*
    <END>
    { return new StatementSet(s.end(this), inserts); }
}

ExplainStatement Explain() :
{
    final Span s;
    ExplainStatement.Format format = ExplainStatement.Format.PHYSICAL;
    final SqlNode statement;
}
{
    <EXPLAIN> { s = span(); }
    [
        LOOKAHEAD(1)
        (
            <LOGICAL> { format = ExplainStatement.Format.LOGICAL; }
        |   <PHYSICAL>
        |   <STATE> { format = ExplainStatement.Format.STATE; }
        |   <JSON> { format = ExplainStatement.Format.JSON; }
        |   <DOT_FORMAT> { format = ExplainStatement.Format.DOT; }
        )
    ]
    [ LOOKAHEAD(2) <PLAN> <FOR> ]
    (
        statement = Insert()
    |
        statement = QueryAndOutput()
    )
    { return new ExplainStatement(s.end(this), format, statement); }
}

DescribeStatement Describe() :
{
    final Span s;
    final SqlIdentifier name;
}
{
    ( <DESCRIBE> | <DESC> ) { s = span(); }
    [ LOOKAHEAD(<EXTENDED> SimpleIdentifier()) <EXTENDED> ]
    [ LOOKAHEAD(( <TABLE> | <FUNCTION> ) SimpleIdentifier()) ( <TABLE> | <FUNCTION> ) ]
    name = SimpleIdentifier()
    { return new DescribeStatement(s.end(this), name); }
}

ShowStatement Show() :
{
    final Span s;
    final ShowStatement.What what;
    SqlIdentifier name = null;
    SqlLiteral like = null;
}
{
    <SHOW> { s = span(); }
    (
        (
            <STREAMS> { what = ShowStatement.What.STREAMS; }
        |   <SINKS> { what = ShowStatement.What.SINKS; }
        |   <TABLES> { what = ShowStatement.What.TABLES; }
        |   <VIEWS> { what = ShowStatement.What.VIEWS; }
        |   <FUNCTIONS> { what = ShowStatement.What.FUNCTIONS; }
        |   <CONNECTORS> { what = ShowStatement.What.CONNECTORS; }
        )
        [ <LIKE> like = Text() ]
    |
        <CREATE> { what = ShowStatement.What.CREATE; }
        [
            LOOKAHEAD(( TableOrView() | <FUNCTION> ) SimpleIdentifier())
            ( TableOrView() | <FUNCTION> )
        ]
        name = SimpleIdentifier()
    )
    { return new ShowStatement(s.end(this), what, name, like); }
}

SetStatement SetOrReset() :
{
    final Span s;
    SqlLiteral key = null;
    SqlLiteral value = null;
    boolean reset = false;
}
{
    (
        <SET> { s = span(); }
        [ key = Text() <EQ> value = Text() ]
    |
        <RESET> { s = span(); reset = true; }
        [ key = Text() ]
    )
    { return new SetStatement(s.end(this), reset, key, value); }
}
