<#-- CREATE and DROP, and what stands in them. -->

/** What follows CREATE [OR REPLACE]. */
SqlCreate CreateObject(Span s, boolean replace) :
{
    boolean temporary = false;
    final SqlCreate create;
}
{
    [ <TEMPORARY> { temporary = true; } [ LOOKAHEAD(<SYSTEM> <FUNCTION>) <SYSTEM> ] ]
    (
        create = CreateTableOf(s, replace, temporary)
    |
        create = CreateViewOf(s, replace, temporary)
    |
        create = CreateFunctionOf(s, replace, temporary)
    )
    { return create; }
}

ObjectKind Table() :
{
}
{
    <STREAM> { return ObjectKind.STREAM; }
|   <TABLE> { return ObjectKind.TABLE; }
|   <SINK> { return ObjectKind.SINK; }
}

ObjectKind TableOrView() :
{
    final ObjectKind kind;
}
{
    kind = Table() { return kind; }
|   <VIEW> { return ObjectKind.VIEW; }
}

boolean IfNotExists() :
{
}
{
    LOOKAHEAD(2)
    <IF> <NOT> <EXISTS> { return true; }
|
    { return false; }
}

SqlCreate CreateTableOf(Span s, boolean replace, boolean temporary) :
{
    final ObjectKind kind;
    final boolean ifNotExists;
    final SqlIdentifier name;
    final List<SqlNode> elements = new ArrayList<SqlNode>();
    SqlNodeList partition = SqlNodeList.EMPTY;
    SqlNodeList withs = SqlNodeList.EMPTY;
    LikeClause like = null;
    EmittingQuery query = null;
}
{
    kind = Table()
    ifNotExists = IfNotExists()
    name = ObjectName()
    [
        <LPAREN> AddTableElement(elements)
        ( <COMMA> AddTableElement(elements) )*
        <RPAREN>
    ]
    [ <COMMENT> Text() ]
    [ <PARTITIONED> <BY> partition = ParenthesizedSimpleIdentifierList() ]
    (
        <WITH> withs = TableOptions()
        [ withs = OnError(withs) ]
        [
            <AS> query = QueryAndOutput()
        |
            like = LikeClauseOf()
        ]
    |
        like = LikeClauseOf()
    )
    {
        return new CreateTable(s.end(this), kind, replace, temporary, ifNotExists, name,
            new SqlNodeList(elements, s.pos()), partition, withs, like, query);
    }
}

/** ON ERROR behind the options, which is one of them. */
SqlNodeList OnError(SqlNodeList withs) :
{
    final Span s;
    final String policy;
    final SqlIdentifier sink;
    final List<SqlNode> all = new ArrayList<SqlNode>(withs.getList());
}
{
    <ON> { s = span(); } <ERROR>
    (
        <FAIL> { policy = "fail"; }
    |
        <DROP> { policy = "drop"; }
    |
        <TO> sink = SimpleIdentifier() { policy = "to:" + sink.getSimple(); }
    )
    {
        final SqlParserPos at = s.end(this);
        all.add(new TableOption(SqlLiteral.createCharString("on-error", at),
            SqlLiteral.createCharString(policy, at)));
        return new SqlNodeList(all, withs.getParserPosition());
    }
}

/** LIKE table [(INCLUDING | EXCLUDING | OVERWRITING what …)], as Flink has it. */
LikeClause LikeClauseOf() :
{
    final Span s;
    final SqlIdentifier source;
    final List<Option> parts = new ArrayList<Option>();
}
{
    <LIKE> { s = span(); }
    source = ObjectName()
    [ <LPAREN> ( AddLikeOption(parts) )+ <RPAREN> ]
    { return new LikeClause(s.end(this), source, parts); }
}

void AddLikeOption(List<Option> parts) :
{
    final LikeClause.Merging merging;
    final LikeClause.Part part;
}
{
    (
        <INCLUDING> { merging = LikeClause.Merging.INCLUDING; }
    |   <EXCLUDING> { merging = LikeClause.Merging.EXCLUDING; }
    |   <OVERWRITING> { merging = LikeClause.Merging.OVERWRITING; }
    )
    (
        <ALL> { part = LikeClause.Part.ALL; }
    |   <CONSTRAINTS> { part = LikeClause.Part.CONSTRAINTS; }
    |   <GENERATED> { part = LikeClause.Part.GENERATED; }
    |   <METADATA> { part = LikeClause.Part.METADATA; }
    |   <OPTIONS> { part = LikeClause.Part.OPTIONS; }
    |   <PARTITIONS> { part = LikeClause.Part.PARTITIONS; }
    |   <WATERMARKS> { part = LikeClause.Part.WATERMARKS; }
    )
    { parts.add(new Option(merging, part)); }
}

void AddTableElement(List<SqlNode> elements) :
{
    final Span s;
    final SqlIdentifier name;
    final SqlNode value;
    final SqlDataTypeSpec type;
    SqlNodeList key;
    SqlNode idle = null;
    SqlNode skew = null;
    SqlLiteral from = null;
    boolean virtual = false;
}
{
    { s = Span.of(); }
    (
        [ <CONSTRAINT> { s.add(this); } SimpleIdentifier() ]
        <PRIMARY> { s.add(this); } <KEY>
        key = ParenthesizedSimpleIdentifierList()
        [ <NOT> <ENFORCED> ]
        { elements.add(new TableElement.PrimaryKey(s.end(this), key)); }
    |
        LOOKAHEAD(2)
        <WATERMARK> { s.add(this); } <FOR> name = SimpleIdentifier()
        <AS> value = Expression(ExprContext.ACCEPT_NON_QUERY)
        (
            <IDLE> <AFTER> idle = Expression(ExprContext.ACCEPT_NON_QUERY)
        |
            <MAX> <FUTURE> <SKEW> skew = Expression(ExprContext.ACCEPT_NON_QUERY)
        )*
        { elements.add(new TableElement.Watermark(s.end(this), name, value, idle, skew)); }
    |
        name = SimpleIdentifier() { s.add(this); }
        (
            <AS> value = Expression(ExprContext.ACCEPT_NON_QUERY)
            { elements.add(new TableElement.Computed(s.end(this), name, value)); }
        |
            type = ColumnType()
            (
                <METADATA>
                [ <FROM> from = Text() ]
                [ <VIRTUAL> { virtual = true; } ]
                { elements.add(new TableElement.Metadata(s.end(this), name, type, from, virtual)); }
            |
                { elements.add(new TableElement.Physical(s.end(this), name, type)); }
            )
            [
                <PRIMARY> { s.clear().add(this); } <KEY> [ <NOT> <ENFORCED> ]
                { elements.add(new TableElement.PrimaryKey(s.end(this), SqlNodeList.of(name))); }
            ]
        )
        [ <COMMENT> Text() ]
    )
}

/** A type with its NOT NULL; without one it takes NULL. */
SqlDataTypeSpec ColumnType() :
{
    final Span s;
    final SqlIntervalQualifier unit;
    final SqlDataTypeSpec type;
    boolean nullable = true;
}
{
    (
        <INTERVAL> { s = span(); } unit = IntervalQualifier()
        { type = new SqlDataTypeSpec(new SqlBasicTypeNameSpec(unit.typeName(), s.end(this)), s.pos()); }
    |
        type = DataType()
    )
    [ <NULL> | <NOT> <NULL> { nullable = false; } ]
    { return type.withNullable(nullable); }
}

SqlNodeList TableOptions() :
{
    final Span s;
    final List<SqlNode> withs = new ArrayList<SqlNode>();
}
{
    <LPAREN> { s = span(); }
    AddTableOption(withs)
    ( <COMMA> AddTableOption(withs) )*
    <RPAREN>
    { return new SqlNodeList(withs, s.end(this)); }
}

void AddTableOption(List<SqlNode> withs) :
{
    final SqlLiteral key;
    final SqlLiteral value;
}
{
    (
        key = Text()
    |
        LOOKAHEAD({ isWord(getToken(1)) })
        key = OptionWords()
    )
    <EQ> value = Text()
    { withs.add(new TableOption(key, value)); }
}

JAVACODE
boolean isWord(Token token) {
    return token.kind != EOF && Character.isJavaIdentifierStart(token.image.charAt(0));
}

/** An option's name without quotes: any words, with dots or hyphens between them. */
JAVACODE
SqlLiteral OptionWords() {
    final StringBuilder name = new StringBuilder(getNextToken().image);
    final Span s = span();
    while (getToken(1).kind == DOT || getToken(1).kind == MINUS) {
        name.append(getNextToken().image);
        if (!isWord(getToken(1))) {
            jj_consume_token(IDENTIFIER);
        }
        name.append(getNextToken().image);
    }
    return SqlLiteral.createCharString(name.toString(), s.end(this));
}

SqlCreate CreateViewOf(Span s, boolean replace, boolean temporary) :
{
    final boolean ifNotExists;
    final SqlIdentifier name;
    SqlNodeList columns = SqlNodeList.EMPTY;
    final SqlNode query;
}
{
    <VIEW>
    ifNotExists = IfNotExists()
    name = ObjectName()
    [ columns = ParenthesizedSimpleIdentifierList() ]
    [ <COMMENT> Text() ]
    <AS> query = OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY)
    { return new CreateView(s.end(this), replace, temporary, ifNotExists, name, columns, query); }
}

SqlCreate CreateFunctionOf(Span s, boolean replace, boolean temporary) :
{
    final SqlParserPos at;
    final boolean ifNotExists;
    final SqlIdentifier name;
    SqlNodeList parameters = null;
    SqlDataTypeSpec returns = null;
    final SqlLiteral body;
    SqlLiteral jar;
    final List<SqlNode> jars = new ArrayList<SqlNode>();
}
{
    <FUNCTION> { at = getPos(); }
    ifNotExists = IfNotExists()
    name = ObjectName()
    (
        parameters = Parameters()
        <RETURNS> returns = ColumnType()
        <AS> body = Text()
    |
        <AS> body = Text()
        [ <LANGUAGE> SimpleIdentifier() ]
        [
            <USING> <JAR> jar = Text() { jars.add(jar); }
            ( <COMMA> <JAR> jar = Text() { jars.add(jar); } )*
        ]
    )
    {
        return new CreateFunction(s.end(this), at, replace, temporary, ifNotExists, name, parameters,
            returns, body, jars);
    }
}

SqlNodeList Parameters() :
{
    final Span s;
    final List<SqlNode> parameters = new ArrayList<SqlNode>();
}
{
    <LPAREN> { s = span(); }
    [
        AddParameter(parameters)
        ( <COMMA> AddParameter(parameters) )*
    ]
    <RPAREN>
    { return new SqlNodeList(parameters, s.end(this)); }
}

void AddParameter(List<SqlNode> parameters) :
{
    final SqlIdentifier name;
    final SqlDataTypeSpec type;
}
{
    name = SimpleIdentifier() type = ColumnType()
    {
        parameters.add(
            new TableElement.Physical(Span.of(name).end(this), name, type));
    }
}

/** What follows DROP. */
SqlDrop DropOf(Span s, boolean replace) :
{
    final SqlParserPos at;
    final ObjectKind kind;
    boolean ifExists = false;
    final SqlIdentifier name;
}
{
    [ <TEMPORARY> [ LOOKAHEAD(<SYSTEM> <FUNCTION>) <SYSTEM> ] ]
    (
        kind = TableOrView()
    |
        <FUNCTION> { kind = ObjectKind.FUNCTION; }
    )
    { at = getPos(); }
    [ LOOKAHEAD(2) <IF> <EXISTS> { ifExists = true; } ]
    name = ObjectName()
    { return new DropObject(s.end(this), at, kind, ifExists, name); }
}
