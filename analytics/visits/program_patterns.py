"""What programs say of themselves in a header that begins as a browser's does.

Expressions as in agent_patterns, beside the list that crawler-user-agents keeps.
"""

from __future__ import annotations

__all__ = ["NOT_PROGRAMS", "PEOPLE", "PROGRAM_PATTERNS"]

PROGRAM_PATTERNS: tuple[str, ...] = (
    r"(?i)bot(?:\b|[_/\d])|crawl|spider|scrap|archiv|slurp|phantomjs|slimerjs|headless|puppeteer",
    r"(?i)playwright|selenium|webdriver|cypress|nightmare|htmlunit|jsdom|zombie\.js|splash\b|browserless",
    r"(?i)lighthouse|page ?speed|pingdom|gtmetrix|webpagetest|\bptst/|preview|prerender|rigor|catchpoint",
    r"(?i)datadog|monitor|synthetic|uptime|\bprobe|checker|\bcheck\b|validator|\bscan|scanner|inspect",
    r"(?i)analy[sz]er|audit|fetch|feed\b|reader\b|download|http-?client|library\b|\bapi\b|agent\b|survey",
    r"(?i)research|index(?:er|ing)|proxy\b|imageproxy|transcoder|translate|search console|web ?light",
    r"(?i)favicon|\bverif|thumbnail|screenshot|snapshot|classifier|advisor|diagnostics|observatory",
    r"(?i)google-[a-su-z]|-google/|googleother|\bamphtml|mediapartners|embedly|\bcurl\b|\bwget\b|python",
    r"(?i)\bjava/|okhttp|iplabel|https?://|www\.|mailto:|[\w.+-]+@[\w-]+\.[a-z]|\[at\]|\(at\)",
    r"(?i)\b[\w-]+\.(?:com|org|net|io|ai|dev)\b|compatible; ?[\w.!-]+/v?\d|compatible; ?[\w .!-]+\)",
    r"(?i)gptbot|chatgpt|claude|anthropic|openai|perplexity|cohere|mistralai|deepseek|\bllm\b|duckassist",
    r"^Mozilla/\d\.\d+ ?(?:\(compatible\)|\(?$|[\w.-]+(?:/[\w.]+)?$|\([^);/]*\)$|\([\w .]+/[\d.]+\)$)",
    r"burpcollaborator|\$\{|<(?:script|svg|img)|select\b.*\(|'\+|\bwaitfor\b|\.\./",
)
"""What no browser of a person says of itself, besides the names that crawler-user-agents lists."""

NOT_PROGRAMS = frozenset(
    {
        r"AP3A\.240617\.008",
        "Butterfly",
        "Fluid",
        "MetaIAB Facebook",
        "Sogou",
        "Sonic",
        "TSM-turingos",
        "Viber",
    }
)
"""Expressions of crawler-user-agents that telephones, messengers and browsers of people match."""

PEOPLE = (
    r"CUBOT\w*|ID ?bot\w* ?\d+\+?|\bM bot \d+|\b[MCX]?[ _]?bot[ _](?:tab|junior)\w*|CamScanner"
    r"|\bSpider[ _-]?\d+|Spider-?Man|embedded web browser from: http://bsalsa\.com/?|TuneUp HTML Client"
    r"|https?://bsalsa\.com|compatible; ?(?:Windows|Linux|OmniWeb|ANTFresco|NCBrowser|Gecko|MSIE|Konqueror|Mozilla|iCab)"
    r"|QQDownload|Java/ASVM|(?:dev|beta|tech)[- ]?preview|HTML5 Parser|\bPhantom\b"
)
"""What people's browsers say all the same: telephones, apps and tool bars. It is taken out of a
header before its program's words count."""
