<#-- The lexical state SLUICE: names in double quotes or in backticks, either doubled to stand for itself. -->
<SLUICE> TOKEN :
{
    < SLUICE_DOUBLE_QUOTED_NAME: "\"" ( (~["\"","\n","\r"]) | ("\"\"") )+ "\"" > { matchedToken.kind = QUOTED_IDENTIFIER; }
|
    < SLUICE_BACK_QUOTED_NAME: "`" ( (~["`","\n","\r"]) | ("``") )+ "`" > { matchedToken.kind = BACK_QUOTED_IDENTIFIER; }
}
