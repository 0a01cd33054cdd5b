"""What the buttons of banners say, by what they do, in the languages that are known here.

Each is a regular expression of a whole label in lower case, tried in the order of `KINDS`: "Accept
only what is necessary" is a way to reject.
"""

from __future__ import annotations

__all__ = ["INTEREST", "KINDS", "TOPIC", "WORDS"]

KINDS = ("reject", "save", "settings", "withdraw", "accept")

_ONLY = (
    r"(?:accept|allow|use|continue with|agree to)?\s*(?:only )?(?:the )?"
    r"(?:strictly |technically )?(?:necessary|essential|required)(?: cookies?| ones)?(?: only)?"
)

WORDS: dict[str, tuple[str, ...]] = {
    "reject": (
        # English
        r"(?:i )?(?:reject|decline|refuse|deny|disagree|disallow)(?: (?:all|them|everything|cookies|all cookies|optional cookies|non-essential(?: cookies)?|and close|consent|tracking))*",
        r"no,? thanks?(?: you)?|no|do not (?:accept|allow|consent)|don.t (?:accept|allow)",
        r"continue without (?:accepting|agreeing|consent)",
        _ONLY,
        # German
        r"(?:alle[ns]?s? |cookies )?(?:ablehnen|verweigern|verbieten|ablehnen und schließen)|nein(?:,? danke)?|ich lehne ab",
        r"(?:nur |weiter mit )?(?:die )?(?:technisch |unbedingt )?(?:notwendigen?|erforderlichen?|essenziellen?)(?: cookies)?(?: (?:akzeptieren|zulassen|verwenden|erlauben))?",
        r"(?:ohne (?:einwilligung|zustimmung)) (?:fortfahren|weiter)",
        # French
        r"(?:tout |je |non,? )?(?:refuser|refuse|rejeter|interdire)(?: (?:tout|tous|les cookies|tous les cookies))*(?: les cookies)?|non merci|non",
        r"continuer sans accepter|(?:accepter )?(?:uniquement|seulement) (?:les )?(?:cookies )?(?:nécessaires|essentiels)|interdire tous les cookies",
        # Spanish, Portuguese, Italian
        r"(?:rechazar|denegar|rechazo|no acepto)(?: (?:todo|todas|todos|cookies|las cookies|todas las cookies))*|no,? gracias|solo (?:las )?(?:necesarias|esenciales)",
        r"(?:rejeitar|recusar)(?: (?:tudo|todos|todas|cookies|os cookies|todos os cookies))*|(?:apenas|só) (?:os )?(?:necessários|essenciais)",
        r"(?:rifiuta|rifiuto|nega|non accetto)(?: (?:tutto|tutti|tutte|i cookie|tutti i cookie))*|continua senza accettare|solo (?:i )?(?:cookie )?necessari",
        # Dutch, Swedish, Danish, Norwegian, Finnish
        r"(?:alles |alle cookies |cookies )?(?:weigeren|afwijzen)|(?:alleen |enkel )?noodzakelijke(?: cookies)?(?: accepteren)?|nee(?:,? bedankt)?",
        r"(?:avvisa|neka|avböj|afvis|avslå|hylkää|kieltäydy)(?: (?:alla|alle|kaikki|cookies|kakor))*|(?:endast|kun|bare) nødvendige?|(?:endast|bara) nödvändiga(?: cookies| kakor)?|vain välttämättömät",
        # Polish, Czech
        r"(?:odrzuć|odmawiam|nie zgadzam się)(?: (?:wszystkie|wszystko|cookies))*|tylko niezbędne",
        r"(?:odmítnout|zamítnout|odmítám)(?: (?:vše|všechny|vše kromě nezbytných))*|(?:jen|pouze) nezbytné",
    ),
    "save": (
        r"(?:save|confirm|submit|accept|apply|allow)(?: (?:and|&) (?:close|exit))?(?: (?:my|current|these|the))?(?: (?:selection|selected|choices?|preferences|settings|cookies?))+",
        r"(?:save|save (?:and|&) (?:close|exit))",
        r"(?:auswahl|einstellungen|ausgewählte)(?: (?:speichern|bestätigen|akzeptieren|erlauben))+|speichern(?: (?:und|&) schließen)?",
        r"(?:enregistrer|valider|sauvegarder|confirmer)(?: (?:mes|les|ma|la|et fermer|mon))*(?: (?:choix|préférences|sélection|paramètres))?",
        r"(?:guardar|confirmar|aceptar|gravar)(?: (?:mi|mis|la|las|as))*(?: (?:selección|preferencias|elección|preferências|opções|configuración))",
        r"(?:salva|conferma|accetta)(?: (?:le|la|mie|preferenze|selezione|selezionati|scelte|impostazioni|ed esci))+",
        r"(?:opslaan|voorkeuren opslaan|selectie (?:opslaan|toestaan|bevestigen))|spara(?: (?:val|inställningar))?|gem(?: valg)?|zapisz(?: (?:wybór|ustawienia))?|uložit(?: (?:nastavení|volby))?|tallenna(?: valinnat)?",
    ),
    "settings": (
        r"(?:(?:manage|change|edit|customi[sz]e|configure|review|set|show|view|open|more|cookie|privacy|consent|advanced|individual|let me)\s*)*(?:settings|preferences|options|choices|choose|cookies?|purposes|details|services)",
        r"(?:manage|customi[sz]e|personali[sz]e|configure|learn more and customi[sz]e)(?: .{0,20})?",
        r"(?:(?:cookie-?|datenschutz-?|individuelle |weitere |mehr |erweiterte )*)(?:einstellungen|optionen|details|präferenzen|auswahl|cookies)(?: (?:anzeigen|anpassen|ändern|verwalten|anzeigen))?|anpassen|konfigurieren|auswählen",
        r"(?:personnaliser|paramétrer|gérer|configurer|choisir|modifier)(?: .{0,30})?|(?:paramètres|préférences|gestion)(?: (?:des|de) cookies)?",
        r"(?:configurar|personalizar|gestionar|gerir|ajustar|administrar)(?: .{0,25})?|(?:configuración|preferencias|ajustes|definições|preferências|opciones)(?: .{0,20})?",
        r"(?:personalizza|gestisci|impostazioni|preferenze|scegli|configura)(?: .{0,25})?",
        r"(?:(?:cookie-?)?(?:instellingen|voorkeuren|inställningar|indstillinger|innstillinger))(?: .{0,20})?|aanpassen|beheren|anpassa|tilpas|mukauta|asetukset|(?:evästeasetukset)",
        r"ustawienia(?: .{0,20})?|dostosuj|(?:spravovat|nastavení|upravit)(?: .{0,20})?",
    ),
    "withdraw": (
        r"(?:withdraw|revoke|change|update)(?: (?:my|your|the))?(?: (?:cookie|cookies))?(?: (?:consent|choices?|answer))(?: .{0,15})?",
        r"(?:einwilligung|zustimmung)(?:en)?(?: (?:widerrufen|ändern|zurückziehen))|retirer (?:mon|le) consentement|revocar (?:el |mi )?consentimiento|revoca(?:re)? (?:il )?consenso|toestemming intrekken",
    ),
    "accept": (
        r"(?:yes,? |ok(?:ay)?,? )?(?:i )?(?:accept|agree|allow|consent|enable|approve|understand)(?: (?:to|all|them|everything|cookies|all cookies|and (?:close|continue|proceed)|& close|optional cookies|tracking|recommended(?: settings| cookies)?|the use of cookies))*",
        r"(?:yes|ok|okay|got it|sounds good|that's (?:ok|fine)|yes,? (?:please|i'm happy)|i'm ok with (?:that|this)|understood|continue|ok,? got it|all right)",
        r"(?:ja,? )?(?:ich )?(?:alle[ms]?s? |allen |cookies |alle cookies )?(?:akzeptieren|akzeptiere|zulassen|zustimmen|erlauben|annehmen|einverstanden|stimme zu|verstanden)(?: (?:und (?:schließen|weiter)|alle))?|ja|einverstanden",
        r"(?:oui,? )?(?:j.)?(?:tout )?(?:accepter|accepte|autoriser|autorise)(?: (?:tout|tous|les cookies|tous les cookies|et (?:fermer|continuer)|& fermer))*|oui|d.accord|ok,? tout accepter",
        r"(?:aceptar|acepto|permitir|aceitar|aceito)(?: (?:todo|tudo|todas|todos|cookies|las cookies|todas las cookies|os cookies|todos os cookies|y (?:continuar|cerrar)|e (?:continuar|fechar)))*|sí|de acuerdo|entendido|sim|concordo",
        r"(?:accetta|accetto|consenti|acconsento)(?: (?:tutto|tutti|tutte|i cookie|tutti i cookie|e (?:continua|chiudi)))*|sì|va bene",
        r"(?:alles |alle cookies |cookies )?(?:accepteren|toestaan|akkoord)|ik ga akkoord|accepteer(?: (?:alle|alles|cookies|alle cookies))*|(?:acceptera|godkänn|tillåt|accepter|accepterer|tillad|godta|aksepter|tillat|hyväksy|salli)(?: (?:alla|alle|kaikki|cookies|kakor|evästeet))*",
        r"(?:akceptuj(?:ę)?|zaakceptuj|zgadzam się|zezwól)(?: (?:wszystkie|wszystko|na wszystkie|cookies))*|(?:přijmout|souhlasím|povolit)(?: (?:vše|všechny|všechny cookies))*",
    ),
}

TOPIC = (
    r"cookie|consent|privacy|gdpr|tracking|datenschutz|einwilligung|confidentialit|vie privée|consentement|traceur"
    r"|privacidad|consentimiento|privacidade|consenso|tracciamento|toestemming|kakor|samtyck|samtykke|eväst"
    r"|prywatno|zgod|soubory|souhlas|personal data|personenbezogen|données personnelles|datos personales"
)
"""What the words around them are about, somewhere in lower case."""

INTEREST = (
    r"legitimate interest|berechtigtes interesse|intérêt légitime|interés legítimo|interesse legittimo"
    r"|legítimo interesse|interesse legítimo|gerechtvaardigd belang|berättigat intresse|legitim interesse"
    r"|uzasadniony interes|oprávněný zájem|oikeutettu etu"
)
"""Words for a purpose that is said to need no consent."""
