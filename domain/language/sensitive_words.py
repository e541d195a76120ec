"""Words that make a message sensitive whatever its topic: threats, incidents, formal complaints, money in dispute."""

from domain.language.wordings import Wordings
from domain.specification.organisation import Sensitivity

LEGAL = Wordings(
    """
    my|our|a|the|his|her lawyer|lawyers|attorney|attorneys|solicitor|legal_team|legal_department|legal_counsel
    sue|suing|sued|lawsuit|lawsuits|law_suit|litigation|subpoena|ombudsman|liable|anwalt|rechtsanwalt|avocat|abogado
    legal action|steps|proceedings|threat|claim|dispute|consequences
    small_claims|in_court|to_court|cease_and_desist|breach_of_contract|trading_standards|regulator|regulators
    data_protection|supervisory authority|authorities|commissioner
    consumer protection|association|rights
    gdpr|dsgvo art|article|request
    copy of my|all|our .. data|information .. about|stored|store
    subject access request
    """
)
SECURITY = Wordings(
    """
    been|was|were|got|getting|is|are|account|accounts hacked|compromised|breached|hijacked|phished|taken_over
    hacked|hacker|hackers|phishing|ransomware|malware|vulnerability|exploit|xss|sql_injection|account_takeover|identity_theft
    data breach|leak
    security incident|breach|hole|vulnerability|flaw|bug
    unauthorized|unauthorised|suspicious|strange|unknown|unrecognised|unrecognized <access>
    stolen|leaked|exposed .. <secret>
    <secret> .. was|were|been|got|is|are stolen|leaked|exposed|published|public
    <secret> ... public|publicly|repository|github|internet
    someone|somebody|anyone .. logged|logging|signed|got|broke|broken|accessed|accessing|gained in|into|access|my|our
    dont recognise|recognize this|that|the|a login|log_in|sign_in|session|device
    """,
    access="access login logins log_in log_ins sign_in sign_ins activity device devices user session sessions",
    secret="password passwords credentials token tokens key keys data laptop phone secret",  # noqa: S106
)
COMPLAINT = Wordings(
    """
    complain|complaint|complaints|complaining|beschwerde|plainte|queja
    unacceptable|disgusted|disgusting|disgraceful|appalling|outrageous|outraged|furious|pathetic|shameful|fed_up|is_a_joke|what_a_joke|joke_of_a
    scam|scammer|scammers|rip_off|ripoff|ripped_off|trustpilot|bad_review|negative_review|one_star
    worst|terrible|horrible|awful|lousy .. service|support|company|product|experience|software
    """
)
FINANCIAL = Wordings(
    """
    chargeback|chargebacks|charge_back|double_charged|double_billed|overcharged|over_charged|fraud|fraudulent|money_back
    charged|billed .. twice|two_times|again|double|wrong|wrongly|after|too_much|for_something
    dispute|disputing|disputed|contest .. charge|charges|invoice|invoices|payment|bill|amount
    refund|reimburse|compensate|credit me|us|my|our
    want|need|demand|request|requesting|expect|get|issue|give_me|owe|owed .. refund|compensation|reimbursement
    unauthorized|unauthorised charge|charges|payment|payments|transaction|transactions
    wrong amount|charge
    """
)
WORDS = (
    (Sensitivity.LEGAL, LEGAL),
    (Sensitivity.SECURITY, SECURITY),
    (Sensitivity.COMPLAINT, COMPLAINT),
    (Sensitivity.FINANCIAL, FINANCIAL),
)


def sensitivity_in(text: str) -> Sensitivity | None:
    """The gravest sensitive matter that the words of a message name."""
    return next((sensitivity for sensitivity, wordings in WORDS if wordings.found_in(text)), None)
