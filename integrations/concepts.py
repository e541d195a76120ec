"""What the many words of customers mean: the usual vocabulary of software support, in English.

A topic model and a search only know the words of the examples and articles they were given. Customers have others:
`amex`, `kicked out`, `Gantt`, `new hire`. Each line below is a concept and its wordings in the notation of
domain.language.wordings, separated by semicolons; where two could match, the earlier line is taken.
"""

import re
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

from domain.language.text import WORD, fold
from domain.language.wordings import pattern_of

ENGLISH = """
two factor: second factor; security key|keys; yubikey; two|2 factor|step|fa authentication|verification|login?; \
    2fa|mfa|otp|authenticator app?; one_time code|codes
single sign on: scim|provisioning|idp; identity provider; microsoft|google .. account|accounts|credentials; \
    single_sign_on|single_login|sso|saml|okta|azure_ad|entra
login: log|logs|logged|logging|sign|signs|signed|signing in|on|into
logout: log|logged|logging|sign|signed out; kicked|thrown out
email: e_mail|e_mails|email|emails|mail|mails|inbox|mailbox
refund: money back; pay|paid|paying it|us|me|that? back; give|get \
    us|me|it|something|anything|our_money|my_money? back; refund*|reimburse*|compensat*
text message sms: text message|messages; sms
name: surname|surnames; last|family|first|full name|names
set up: set|setting up; setup
restore: binned|way_back|overwr*|older|previous version|state|text; accident*|by_mistake; \
    restor*|recover*|undelete*|undo|trash|recycle_bin|bin; get|bring|got|getting|have|want|need \
    it|them|this|that|the|my .. back
charity nonprofit: public institution|institutions|sector; ngo; \
    non_profit|non_profits|nonprofit|nonprofits|charity|charities|charitable; \
    ngo|ngos|association|associations|club|clubs|foundation|volunteers
school education: academic|academia|pupil|pupils; \
    school|schools|university|universities|student|students|teacher|teachers|education|educational|class|college
coupon voucher: rebate*|reduction|reductions|discount|discounts|percent_off; reduced rate|price; \
    coupon*|voucher*|black_friday; promo|promotion|promotional|discount code|codes; special offer|offers
holiday weekend: bank|public holiday|holidays; \
    holiday|holidays|christmas|easter|weekend|weekends|saturday|saturdays|sunday|sundays
opening hours: office|opening|business|working|support hours|times; opening
response time: response|answer|reply time|times; how fast|long|quick|quickly .. reply|answer|respond
phone hotline: hotline|telephone; phone number; call|ring|phone you|us
mobile app: iphone|ipad|ios|android|samsung|pixel|tablet|tablets|play_store|app_store; mobile|phone app|apps
desktop app: pc|desktop|windows|mac|macs|macos|linux|ubuntu
offline: offline; without internet|reception|connection|network; no internet|reception|connection|network
permission role: right|rights|permission|permissions|privilege|privileges; allowed to; access \
    level|levels|rights
excel csv: spreadsheet*|excel|xls|xlsx|csv
timeline gantt: gantt|timeline
board: kanban|board|boards
credit card: credit|debit card|cards; visa|mastercard|amex|american_express
payment method: paypal|sepa|direct_debit|apple_pay|google_pay; wire|bank transfer|transfers
wrong too high: dispute*|never_ordered|never_agreed|unknown|mistake|more than_agreed|than_last|than_before; went \
    up; too high|much|many; twice|duplicate|duplicates|double|incorrect; wrong amount|sum; more expensive; \
    doesnt|not match
recurring: each|every other|second|two|three|quarter .. week|weeks|month|day|days|monday|tuesday|friday?; \
    every|each day|week|month|year|monday|tuesday|wednesday|thursday|friday|morning|night; daily|weekly; \
    repeat*|recur*; again_and_again|over_and_over
yearly: twelve|12 months; year|upfront; annual|annually|yearly; per|once_a|whole year
monthly: monthly; per month; month_by_month|month_to_month
status outage: unreachable|availability|unavailable|reachable; problems|issues|trouble \
    on_your_side|your_end|today; uptime|downtime|outage|outages|maintenance|incident|incidents; status page; is .. \
    down; having .. problems
slow loading: slow*|sluggish|lag|lags|laggy|crawl*|loading|spinner|hangs; blank|white page|screen; takes \
    ages|forever|long
crash: crash*; closes|closing by_itself|itself
spam junk: spam|junk
not arriving: dont|doesnt|didnt|not|never arrive|arrived|come|came|get|got|receive|received|reach|reached; got \
    nothing; nothing arrived|came|arrives; not arriving
invite member: bring|take|get .. people|colleagues|team|her|him|them in|on_board|into; starters|interns; \
    join|joins|joined|joining|onboard|onboarding; on board; new \
    hire|colleague|employee|intern|starter|member|person; add .. \
    people|person|colleague|colleagues|member|members|user|users|somebody|someone
remove leaving member: kick|throw|take .. out; ex_employee|ex_colleague; left|leaves|quit|gone the|our? \
    company|team|firm|us; former employee|colleague|member; employee|colleague quit|left|leaves
guest external: \
    freelancer*|external*|outsider*|contractor*|client|clients|agency|supplier|suppliers|guest|guests
subscription: subscri*|contract|membership
cancel: dont|do_not|no_longer|wont need|needing|continue|want .. tool|techflow|you|it|subscription|plan; closing \
    .. business|company; end|leave it|please; get out_of; cancel*|terminat*|unsubscribe; end|stop|leave \
    our|the|my|techflow contract|subscription|plan?; get_rid_of; leave you
upgrade change plan: outgrown|next bigger; upgrad*; move|switch|go .. higher|bigger|larger plan|tier?
downgrade change plan: step down; back to_team|to_starter; downgrad*; smaller|cheaper|lower plan|tier; move|go \
    down
price: price|prices|pricing|cost|costs|fee|fees|rate|rates|expensive|cheap|cheaper|quote; how much
plan: package|packages|tier|tiers|edition|editions|plan|plans
trial: trial|trials|demo|testing; test phase|period|version|it; try it|out|for_free
time tracking: timer|timesheet|timesheets|stopwatch; log my|our? hours|time; hours worked|spent; time \
    spent|tracking; track my|our? time|hours
dependency: dependen*|predecessor; waits|wait|waiting for_another; depends on; blocked by
workload: workload|overbooked|capacity|busy|overloaded
reuse: reuse|reusable|pattern; same .. each|every|again
template: template*|blueprint*; copy|duplicate of_a|a|the|our project
field column: column|columns|field|fields
idea feature: idea|ideas|wish|wishes|suggest*|roadmap|road_map|beta; feature request|requests; would love; \
    would_be nice|great; any plans for; are_you|will_you building|add|build
hosting data country: eu|europe|usa|us_region|germany|ireland|frankfurt; \
    server|servers|hosted|hosting|data_center|datacenter|data_centre|stored|region|country|located
data protection: gdpr|dsgvo|dpa|avv|privacy|subprocessor*; data processing|protection; sub processor*; personal \
    data
security certificate: iso|soc_2|soc2|certificat*|certified|auditor|auditors|compliant|compliance|encrypt*|tls
backup: backup|backups|back_ups; backed up
getting started: new to; never used; first time; lost here; how .. begin|structure; \
    webinar*|tutorial*|introduction|intro|beginner*|newbie|first_steps; where .. start|begin; completely new; just \
    signed_up|registered|started; training session|sessions
export: export*|download*; get|pull|take .. out|with_us|as_csv|as_excel|as_pdf; local copy; save .. as
import: load|bring|pull .. into|over; import*|migrat*|trello|asana|jira|old_tool; move|switch \
    everything|all|over? from; bring our|my|all|the data|projects|tasks
calendar: calendar*|ical|icloud|outlook|gcal
slack teams: slack|msteams|channel|channels; ms|microsoft teams
api: api|apis|token|tokens|endpoint|endpoints|curl|sdk|script|http|429|401|403; rate limit|limits
webhook: webhook*|callback*|payload*|signature*
automation: automat*|trigger*|workflow*|rule|rules
file upload: exe|zip|installer|cad|video|videos; \
    attach*|upload*|megabyte*|mb|gb|document|documents|doc|docs|onedrive|google_drive|dropbox; file size|sizes
invoice details vat: net_or_gross|gross; order no|number; vat|tax|taxes; purchase_order|po number?; \
    billing|company address; address .. invoice|invoices|bill
invoice format: xrechnung|zugferd|einvoice|pdf; e|electronic invoice|invoices
invoice: invoice*|bill|bills|receipt*
seat: licence*|license*|seat|seats
failed payment: not enough money|funds; didnt_pay|dont_pay|not_pay|unpaid|pay_late|late payment; \
    declin*|reject*|refus*|bounc*|overdue|past_due|dunning; didnt|not go through; not be collected
charge: charge|charged|charges|charging|debit|debited|took|taken|withdrawn
language: language*|english|german|french|spanish|polish|italian|dutch|translat*
time zone: time_zone|timezone|time_zones; hour|hours early|late; wrong time
profile picture: avatar|photo|picture|pic
notification: flood*|spammed; too_many|every single? email|emails|mail|mails|message|messages; \
    mute*|muting|silent|silence|quiet|do_not_disturb|digest|notif*|alert|alerts|push|buzz*|ping|pings
reset: blocked|wrong too? often|entries|times|password; get in_again|back_in; forgot|forgotten|reset*|locked; \
    cant|cannot remember; lost|wrong my|the? password
password: password*|passphrase|pw|pwd|pasword*
viewer read only: read_only|readonly|viewer|viewers; only|just read|look|view
owner: hand_over; transfer|make .. owner|ownership; owner*|ownership
member: \
    coworker*|co_worker*|teammate*|colleague*|employee*|staff|folks|ppl|people|person|persons|user|users|member|members
company: firm|organisation*|organization*|company|employer
delete: delet*|erase*|erasing
not: isnt|arent|doesnt|dont|didnt|wont|cant|wasnt|hasnt|havent|couldnt|wouldnt; \
    not|never|cannot|nothing|no_longer|fail|fails|failed
"""


class _Concept(NamedTuple):
    """One line of the table; `exact` and `beginnings` are the first words of its wordings."""

    words: str
    exact: frozenset[str]
    beginnings: tuple[str, ...]
    pattern: re.Pattern[str]

    def may_be_in(self, said: Set[str]) -> bool:
        return not self.exact.isdisjoint(said) or any(word.startswith(self.beginnings) for word in said)


def _concept(line: str) -> _Concept:
    words, _, table = line.partition(":")
    wordings = [wording.strip() for wording in table.split(";")]
    first = {word.split("_")[0] for wording in wordings for word in wording.split()[0].split("|")}
    return _Concept(
        words=words,
        exact=frozenset(word for word in first if "*" not in word),
        beginnings=tuple(word.rstrip("*") for word in first if "*" in word),
        pattern=re.compile("|".join(pattern_of(wording) for wording in wordings)),
    )


CONCEPTS = tuple(_concept(line) for line in ENGLISH.strip().splitlines())
LONGEST_READ = 1_000
FIRST_MARK = 0xE000
MARK = re.compile(f"\n[{chr(FIRST_MARK)}-{chr(FIRST_MARK + len(CONCEPTS))}]\n")


@lru_cache(maxsize=20_000)
def in_plain_concepts(text: str, language: str) -> str:
    """The folded text with each known wording replaced by its concept; other languages than English are only folded."""
    folded = fold(text)
    if language.split("-")[0].lower() != "en":
        return folded
    said = set(WORD.findall(folded))
    for number, concept in enumerate(CONCEPTS):
        if concept.may_be_in(said):
            # A mark on a line of its own cannot be matched again, nor can a wording reach across it.
            folded = concept.pattern.sub(f"\n{chr(FIRST_MARK + number)}\n", folded)
    return MARK.sub(lambda mark: f" {CONCEPTS[ord(mark.group()[1]) - FIRST_MARK].words} ", folded)


def with_concepts(text: str, language: str) -> str:
    """The beginning of a text, then the same in concepts: the form in which topic models learn and read messages."""
    beginning = text[:LONGEST_READ]
    return f"{beginning} {in_plain_concepts(beginning, language)}"
