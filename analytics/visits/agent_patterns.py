"""What tells browsers and devices apart in a header, where ua-parser does not.

Each table is tried from its top; the first expression that matches decides. They are run by the
Rust engine of ua-parser, which knows neither look-ahead nor look-behind, and takes a microsecond for
all of a table. bench/agents.py says how often they are right on public collections of headers.
"""

from __future__ import annotations

__all__ = [
    "AUDIT",
    "BRANDS",
    "BROWSER_PATTERNS",
    "DESKTOP",
    "DESKTOP_WORDS",
    "DEVICE_PATTERNS",
    "FAMILIES",
    "OTHER",
    "PHONE",
    "PLATFORMS",
    "SYSTEM_FAMILIES",
    "TABLET",
    "TELEVISION",
]

OTHER = "Other"
DESKTOP, PHONE, TABLET, TELEVISION = "Desktop", "Phone", "Tablet", "Television"

AUDIT = "PlainsiteAudit"
"""What the browsers of our audit and our tests call themselves. They are counted, under a name of
their own: a browser without a window is a program else."""

BROWSER_PATTERNS: tuple[tuple[str, str], ...] = (
    (f"{AUDIT}/", "Plainsite audit"),
    (r"OPR/|OPT/|OPX/|OMI/|OPRGX/|\bOpera\b|Opera ?Mini|Opera/|Vewd/", "Opera"),
    (r"YaBrowser|YaSearchBrowser|YaApp_|YandexSearch|YNTB/|Yowser|YaSearchApp", "Yandex Browser"),
    (
        r"UC ?Browser|UCMobile|UCWEB|UCLite|UBrowser|\bUCMini|\)? ?UC Apple[Ww]eb[Kk]it",
        "UC Browser",
    ),
    (r"Quark/|QuarkPC", "Quark"),
    (r"MQQBrowser|\bQQBrowser|QBWebView", "QQ Browser"),
    (r"MiuiBrowser|XiaoMi/Mi[a-z]*Browser", "Mi Browser"),
    (r"OculusBrowser/", OTHER),
    (r"HuaweiBrowser|HBPC/", "Huawei Browser"),
    (r"SamsungBrowser|SAMSUNG[ -].{1,120}Version/[123]\.\d[\d.]* Chrome/", "Samsung Internet"),
    (r"VivoBrowser|\bvivo ?[Bb]rowser", "vivo Browser"),
    (r"HeyTapBrowser|OppoBrowser", "HeyTap Browser"),
    (r"\bEdg(?:A|iOS|e|W)?/|EdgiOS/", "Edge"),
    (r"IEMobile|WPDesktop|ZuneWP7|XBLWP7", "Internet Explorer"),
    (r"LG Browser/|LGBrowser|NetCast|LG NetCast", "LG Browser"),
    (r"Vivaldi/", "Vivaldi"),
    (r"\bBrave(?:/|\b)", "Brave"),
    (r"\bWhale/", "Whale"),
    (r"DuckDuckGo/|\bDdg/", "DuckDuckGo"),
    (r"Ecosia", "Ecosia"),
    (r"\bFBA[NV]/|FB_IAB|MessengerLite|\bFBSV", "Facebook app"),
    (r"Instagram \d", "Instagram app"),
    (r"LinkedInApp|\bLinkedIn/", "LinkedIn app"),
    (r"\[Pinterest/|Pinterest for", "Pinterest app"),
    (r"musical_ly|BytedanceWebview|TikTok|trill_|aweme_", "TikTok app"),
    (r"Snapchat", "Snapchat app"),
    (r"MicroMessenger", "WeChat"),
    (r"\bGSA/", "Google app"),
    (r"\bSilk/", "Amazon Silk"),
    (r"\bSeaMonkey/|PaleMoon/|Waterfox/|Basilisk/|K-Meleon|Iceweasel|IceCat|Iceape", OTHER),
    (
        r"\bFxiOS/|\b(?:Focus|Klar)/\d|Minefield/|BonEcho/|GranParadiso/|Shiretoko/|Namoroka/",
        "Firefox",
    ),
    (
        r"Puffin/|AlohaBrowser|coc_coc|Maxthon|MxBrowser|MxNitro|baiduboxapp|BIDUBrowser|baidubrowser"
        r"|360SE|QHBrowser|360 ?Aphone|QihooBrowser|MetaSr|Sogou|SogouMobile|Sznprohlizec|PHX/|Phoenix"
        r"|TansoDL|Dolphin|LieBao|LBBROWSER|2345Explorer|TheWorld|Iron/|Iridium|Konqueror|Epiphany"
        r"|QtWebEngine|Midori|OmniWeb|Nokia|SymbianOS|NetFront|Dolfin|BlackBerry|PlayBook|\bBB10"
        r"|Odin/|Espial|Maple|Sraf/|TizenBrowser|WeTab|Kylo|T-Browser|MZBrowser|Hawk/|PiBrowser"
        r"|HiBrowser|\bAtom/|AOL|Lunascape|Sleipnir|Avast/|AVG/|CCleaner|Comodo|Flock"
        r"|Nintendo|TenFourFox|EkiohFlow|webissimo|OnePlusBrowser|OWB/|WebPositive|Servo/|Ninesky|NAVER\(|KAKAOTALK|\bLine/"
        r"|PocketBook|Kindle/|wOSBrowser|webOSBrowser|SkyLeap|AirWatch|Airwatch|Stargon|Mint Browser",
        OTHER,
    ),
    (r"\bChr[o0]m(?:e|ium)/.*Safari/|HbbTV.*Chrome/|Chrome/.*(?:HbbTV|TV)", "Chrome"),
)
"""Browsers that ua-parser calls otherwise, or that name themselves behind another one's name."""

FAMILIES = {
    "Amazon Silk": "Amazon Silk",
    "Android": "Android Browser",
    "Brave": "Brave",
    "Chrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chromium": "Chrome",
    "DuckDuckGo": "DuckDuckGo",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Ecosia Android": "Ecosia",
    "Ecosia iOS": "Ecosia",
    "Edge": "Edge",
    "Edge Mobile": "Edge",
    "Facebook": "Facebook app",
    "Facebook Messenger": "Facebook app",
    "Firefox": "Firefox",
    "Firefox Alpha": "Firefox",
    "Firefox Beta": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Google": "Google app",
    "Huawei Browser": "Huawei Browser",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Instagram": "Instagram app",
    "LinkedIn": "LinkedIn app",
    "MiuiBrowser": "Mi Browser",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera": "Opera",
    "Opera GX": "Opera",
    "Opera Mini": "Opera",
    "Opera Mobile": "Opera",
    "Opera Touch": "Opera",
    "Pinterest": "Pinterest app",
    "QQ Browser": "QQ Browser",
    "QQ Browser Mobile": "QQ Browser",
    "Safari": "Safari",
    "Samsung Internet": "Samsung Internet",
    "Snapchat": "Snapchat app",
    "TikTok": "TikTok app",
    "UC Browser": "UC Browser",
    "Vivaldi": "Vivaldi",
    "Whale": "Whale",
    "Yandex Browser": "Yandex Browser",
}
"""What ua-parser calls a browser, and what our reports do."""

BRANDS = {
    "Avast Secure Browser": OTHER,
    "Brave": "Brave",
    "DuckDuckGo": "DuckDuckGo",
    "Ecosia": "Ecosia",
    "Huawei Browser": "Huawei Browser",
    "Microsoft Edge": "Edge",
    "Opera": "Opera",
    "Opera GX": "Opera",
    "Samsung Internet": "Samsung Internet",
    "Vivaldi": "Vivaldi",
    "Whale": "Whale",
    "YaBrowser": "Yandex Browser",
    "Yandex": "Yandex Browser",
}
"""What a browser calls itself in Sec-CH-UA, and what our reports do."""

PLATFORMS = {
    "Android": "Android",
    "Chrome OS": "ChromeOS",
    "Chromium OS": "ChromeOS",
    "Linux": "Linux",
    "Windows": "Windows",
    "iOS": "iOS",
    "macOS": "macOS",
}
"""What Sec-CH-UA-Platform may say, and what our reports do."""

SYSTEM_FAMILIES = {
    "Android": "Android",
    "Arch Linux": "Linux",
    "CentOS": "Linux",
    "Chrome OS": "ChromeOS",
    "Debian": "Linux",
    "Fedora": "Linux",
    "FreeBSD": "BSD",
    "Gentoo": "Linux",
    "Linux": "Linux",
    "Linux Mint": "Linux",
    "Mac OS X": "macOS",
    "Mandriva": "Linux",
    "NetBSD": "BSD",
    "OpenBSD": "BSD",
    "Red Hat": "Linux",
    "SUSE": "Linux",
    "Slackware": "Linux",
    "Ubuntu": "Linux",
    "Windows": "Windows",
    "iOS": "iOS",
}
"""What ua-parser calls a system, and what our reports do."""

DEVICE_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"(?i)PlayStation|Nintendo|Xbox|OUYA|GAMEPAD|\bSHIELD Build|Retroid|Tesla/|QtCarBrowser|BYD AUTO"
        r"|\bKobo\b|NOOK BNR|PocketBook|EBRD|Kindle/[123]|SkipStone|COOLPIX|EK-G[CN]|\bSM-R\d{3}"
        r"|SmartSpeaker|FamilyHub|\bQuest (?:[123S]\b|Pro)|OculusBrowser|PICO |\bWatch\b|Glass \d"
        r"|ODROID|Raspberry Pi|Tinker Board|\bRG\d{3}\w?\b|(?:quad|octa)-?core[ -][TR]\d|WizarPOS|\bWPOS-"
        r"|\biData|\bNLS-|\bMPC-\d|\bMC(?:\d\d|\d{4})(?: |;|\))|\bYT\d{4}[A-C]?\b",
        OTHER,
    ),
    (
        r"(?i)chromebook|pixelbook|elitebook|probook|thinkpad|Android [^)]*(?:latitude |inspiron |vostro "
        r"|satellite |travelmate |aspire |swift sf|\bNUC\d|all-in-one|AIO System)",
        DESKTOP,
    ),
    (r"\bBNTV\d{3}", TABLET),
    (
        r"(?i)smart-?_?tv|smarthub|apple ?tv|google ?tv|android ?tv|bravia|hbbtv|crkey|chromecast|inettv"
        r"|netcast|web0s|webos[./ ]?tv|\bviera\b|\bnettv|philipstv|\((?:[^)]*; ?)?dtv[;)]|dtvnet|espial"
        r"|\bstb\b|stbapp|[ _]stb|settop|set-top|sonydtv|sonycebrowser|\bomi/|tbrowser|vidaa|\broku"
        r"|aquos ?tv|opentv|webtv|\bce-html|\bmaple|large screen|freetime|hybridcast|mbxtwebkit|\btivo"
        r"|\bmag ?\d{3}\b|tv ?box|mi ?box|mitv|firetv|iptv|mygica|vstvb|vestel-?mb|tpm\d{3}|kdl-?\d\d|mdtv"
        r"|[ _-]tv\b|\btv[ _-]|\btv\)|[a-cf-z0-9]tv[ _;)-]|_tv_|\bMB9\d/\d|avui/tv|GW-Device|MR-Device",
        TELEVISION,
    ),
    (r"\bAFT[A-Z]{1,7}\d*\b", TELEVISION),
    (
        r"(?i)Android [^)]*(?:(?:[ _-]|smart|q|speed|sber|nex|vina|you-)box(?:[ _-]\w+)*(?: build|[;)/])|\bshell[ _]|_shell_|s?led[- _]?[a-z]?\d\d|\blcd[ _-]|yndx-|\bct-8\d{3}|\bsei\d{3}|selenga|nogapc|netta|\babx-|10moons|\w*stb\d"
        r"|\b\d\d(?:[a-z]{1,4}[-_ ]?\d{2,4}\w*|[a-z]{2,3}\d\w+)(?:[-_/]\w+)?(?: build|[;)])"
        r"|\b(?:ht[vy]|lt|le|h|f|td|mlt|hiberg)-?\d\d[a-z]\w{3,}|(?:dexp|harper|bbk|polar|jvc)[_ ]\w*\d\d[a-z]\w+"
        r"|[ ;_-]x96|[ ;]h96|a95x|[ ;_]t95|\btx\d\w?(?: ?pro| ?mini| ?max)?(?: build|\))|\bx88|\bhk1|ugoos"
        r"|\bkm\d(?: ?pro| ?plus)?(?: build|\))|gt-?king|gtx-|gt1-?mini|vontar|mxq|nexbox|beelink|minix|neo-x\d"
        r"|zidoo|mecool|pendoo|yundoo|sunvell|transpeed|evpad|tanix|s9[05]\d_?pro|as_?4k|[ _-]4k\b|smart4k"
        r"|smx4k|iconbit (?:stick|movie|xds)|rkm |rk3\d{3}|rockchip|\w*stick\b|polar(?:line)?_|skyline_"
        r"|movix|vmp-?\d|vorke|streamer|a-stream|amlogic|s905|s912|s805|mk80\d|perfeo_pf|nexon"
        r"|openbox|ozone ?hd|skystream|invin|fundroid|gazal|superbox|\bkant-|pvbox|s95[ _]|\bm8s ?p|\bnv501"
        r"|dtv\d\d|[a-z]{2,}[-_ ]?(?:24|28|32|39|4[0-3]|49|5[058]|65|75|85)[a-z]{2}\w?\d|\bk\d\ddl|\bv\d\dtph)",
        TELEVISION,
    ),
    (r"iPad|PlayBook|RIM Tablet|hp-tablet|TouchPad|WeTab|\(Tablet;", TABLET),
    (
        r"iPhone|iPod|Windows Phone|IEMobile|WPDesktop|ZuneWP7|XBLWP7|Lumia|Symbian|Series ?60|BlackBerry"
        r"|BB10|\bMIDP|J2ME|Opera Mini|Opera Mobi|\bBREW|Brew MP|\bREX;|Bada/|MeeGo|Maemo|KAIOS|Nokia|Aphone"
        r"|Windows CE|\bPPC;|Smartphone|UP\.Browser|DoCoMo|SonyEricsson|SAMSUNG-GT|PalmOS|jig browser"
        r"|KDDI|Dolfin|YunOs.*Mobile|[Tt]izen.*Mobile",
        PHONE,
    ),
    (
        r"(?i)\b[a-z]{2}[4-6]\d{3}[mp][gl]\b|archos (?:4\d|5\d)|coolpad|lenovo (?:[a-z]\d{3}_row|pb[12]-)"
        r"|\bp[a-z]{3}\d0\b|build/honor|\bsm-[fw]\d{3}",
        PHONE,
    ),
    (
        r"(?i)tablet|\w*pad[a-z]*_?\d|[ _]tab_|tab_?\d|_tab\b|[ _-]tab\b|\btab[ _-]?[a-z]?\d|\btab[ ;)_-]|\w+tab\b|\w*pad\b[^.]*build|\b\w*pad\b"
        r"|\w+[ _-]pad[ _)-]?\d*|transformer|xoom\b|iconia|mediapad|matepad|ideapad|\bslate"
        r"|nexus (?:7|9|10)\b|pixel c\b",
        TABLET,
    ),
    (
        r"SM-[TPX]\d{3}|GT-P\d{4}|SCH-I[89]0[05]|\bKF[A-Z]{2,5}\b|Lenovo (?:TB|YT|PB)[-\d]"
        r"|\bTB-?\d{0,3}[XFQJ]?-?[XFQJM]?\d{3}\w*|\bYT\d?-|[A-Z]{3,4}\d?-(?:W\d9|W\d0|DL09)|\bBAH\d?-"
        r"|\bJDN\d?-|\bKOB\d?-|\bAGS\d?K?-|\bBZ[TKDWA]-|\bBTV-|\bCPN-|\bSHT-|\bMON-(?:AL|W)19|\bBG2-|\bVRD-"
        r"|\bDBY|\bMRX-|\bSCMR?-|\bHDL-|\bMID[ -]?\d|\bMID\b|\bP?MT\d{4}|PMP\d{4}|PMID\d"
        r"|\bBQ(?:ru)?[-_](?:[789]\d{3}|10\d\d)|\bT[ZXU]\d{3}\b|\b(?:Plane|Optima|CITI|Platina)[ _](?:Prime )?\w?\d"
        r"|\b[A-Z]{2}\d{4}[MP][GL]\b|iPlay|\bLG-V\d{3}|HTC Flyer|Micromax P\d{3}|TECNO P70\d|\bE1C[_ ]3G|Nomi_C\d{6}|Digma|iBall[ _]Slide"
        r"|Archos \d{2,3}|\bTPC|\bTM-[6-9]\d{3}|\b90[123]\d[XQZTSG]\b|\b80[89]\d[A-Z]?\b|_ROW\b|Ginzzu[ _]GT"
        r"|GT-N(?:51|80)\d\d|\b2\d{4}RP\w|\bM2105K81|\bOPD\d{4}|\b9[0-4]\d\d[AGX]\b|\b[89]\d{3}[A-Z]?_(?:RU|EEA|TR)\b"
        r"|TECNO DP|\d{3}TPC|Numy|Pixus_|Eagle_\d|Readboy|Hope\d|\bMC_[A-Z]|NET_[A-Z]\d|DARWIN\d|Viva_\w?\d{3}"
        r"|\bXR6|Momo9|MOMO9|\bQS\d{4}|iPA2|\bT\d\d-EEA|PSP7\d{3}|TEL-\d|AMA[ _]A7|CCIT|\bETL-|\bWave[ -]i|\bKobe?\d-",
        TABLET,
    ),
    (
        r"SM-[AEFGJMNS]\d{3}|GT-[IN]\d{4}|CPH\d{4}|RMX\d{4}|\bM\d{4}[A-Z]\d+[A-Z]{1,2}\b|\bV[12]\d{3}[A-Z]?\b"
        r"|Pixel \d|TECNO|Infinix|Redmi|POCO|OnePlus|\bvivo\b|\bmoto|\bXT\d{4}|\bA-?N\d\d\b|HTC ",
        PHONE,
    ),
)
"""Devices that the system does not tell. What none of them knows is a telephone where the header
says "Mobile", a tablet where Android does not, and else what its system runs on."""

DESKTOP_WORDS = (
    "X11;",
    "Macintosh",
    "Mac_PowerPC",
    "OS/2",
    "BeOS",
    "Haiku",
    "Amiga",
    "Win9",
    "WinNT",
)
"""What systems that our reports do not name, and that stand on desks, say."""
