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
    boolean overwrite = false;
    final List<SqlNode> partition = new ArrayList<SqlNode>();
    SqlNodeList columns = null;
    final EmittingQuery query;
}
{
    <INSERT> { s = span(); }
    ( <INTO> | <OVERWRITE> { overwrite = true; } )
    target = ObjectName()
    [
        <PARTITION> <LPAREN>
        AddPartition(partition)
        ( <COMMA> AddPartition(partition) )*
        <RPAREN>
    ]
    [
        LOOKAHEAD(<LPAREN> SimpleIdentifier())
        columns = ParenthesizedSimpleIdentifierList()
    ]
    query = QueryAndOutput()
    { return new InsertStatement(s.end(this), overwrite, target, partition, columns, query); }
}

/** A column of a partition and its value. */
void AddPartition(List<SqlNode> partition) :
{
    final SqlIdentifier name;
    final SqlNode value;
}
{
    name = SimpleIdentifier() <EQ> value = Literal()
    { partition.add(SqlStdOperatorTable.EQUALS.createCall(Span.of(name).end(this), name, value)); }
}

/** The name of an object; before it may stand Flink's names of the one catalog and database. */
SqlIdentifier ObjectName() :
{
    final SqlIdentifier name;
}
{
    name = CompoundIdentifier() { return ObjectNames.simple(name); }
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

/** A statement set without EXECUTE. */
StatementSet ExplainedSet() :
{
    final Span s;
    SqlNode insert;
    final List<SqlNode> inserts = new ArrayList<SqlNode>();
}
{
    <STATEMENT> { s = span(); } <SET> <BEGIN>
    ( insert = Insert() <SEMICOLON> { inserts.add(insert); } )+
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
        LOOKAHEAD(2)
        statement = ExplainedSet()
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
    (
        LOOKAHEAD(<FUNCTION>, { isWord(getToken(2)) })
        <FUNCTION> name = AnyWord()
    |
        [ LOOKAHEAD(<TABLE> SimpleIdentifier()) <TABLE> ]
        name = ObjectName()
    )
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
        (
            LOOKAHEAD(<FUNCTION>, { isWord(getToken(2)) })
            <FUNCTION> name = AnyWord()
        |
            [ LOOKAHEAD(TableOrView() SimpleIdentifier()) TableOrView() ]
            name = ObjectName()
        )
    )
    { return new ShowStatement(s.end(this), what, name, like); }
}

/** A name that may be a reserved word, as those of functions are. */
JAVACODE
SqlIdentifier AnyWord() {
    final String name = getNextToken().image;
    return new SqlIdentifier(name, getPos());
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
