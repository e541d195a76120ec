"""Does a message try to change the AI agent's instructions instead of asking for something?"""

import re

from domain.language.text import fold
from domain.language.wordings import Wordings

ATTEMPTS = Wordings(
    """
    <disregard> ... <rules> !email*|page|article|field|field*
    ignore|disregard|forget all|everything|anything .. above|before|previous*|prior|told|said|so_far
    system|hidden|initial|original|secret|developer prompt|instruction|instructions
    reveal|show|print|repeat|output|display|leak|tell me? all|of? your .. \
        prompt|instructions|rules|guidelines|configuration
    you_are|youre now a|an|the|my|in|free|unrestricted|going|acting|dan
    you_are|youre no_longer a|an|bound|restricted|limited
    from_now_on you|act|behave|answer|respond|always|ignore
    act|behave|respond|answer as|like if? you_are|you_were|a_different|an_unrestricted|an_ai|dan|my_late
    pretend to_be|that_you|you|youre|you_are|i_am|im
    developer|debug|god|admin|maintenance|root|unrestricted|jailbreak mode enabled|activated|on|now
    enter|enable|activate developer|debug|god|dan|jailbreak|unrestricted mode
    jailbreak*|do_anything_now|prompt_injection
    without any? restrictions|guardrails|filters
    new|updated|additional system? instructions|directives for_you|follow|from_now
    ignoriere|ignoriert|ignorieren|vergiss|missachte ... anweisungen|regeln|vorgaben|instruktionen
    ignore|ignorez|ignores|oublie|oubliez ... instructions|consignes|regles
    ignora|olvida|ignore ... instrucciones|reglas|istruzioni|regole|instrucoes
    you|youre|you_are|the_ai|assistant|bot are|is? now? authorized|authorised|instructed|ordered|required to? <obey>
    i_am|im the|your|an developer|creator|system_administrator|openai|anthropic .. <obey>|reveal|override|ignore
    admin|administrator|system override|command
    override code|command|authori*|password
    """,
    disregard="ignore disregard forget override bypass discard neglect set_aside pay_no_attention_to \
        stop_following",
    rules="""
        instruction instructions prompt prompts guidelines directives restrictions guardrails programming your_rules
        above_rules all_rules previous_rules the_rules your_training your_safety your_policy your_policies
        your_limitations
        your_filters your_constraints
    """,
    obey="approve refund grant issue credit comply obey upgrade waive",
)
MARKS_OF_A_PROMPT = re.compile(
    r"<\|?(?:im_start|im_end|system|endoftext|assistant)\|?>|\[/?inst\]|<</?sys>>|</?(?:system|instructions?)>"
    r"|^\s*(?:#{2,}\s*)?(?:system|new instructions?|developer)\s*(?::|$)",
    re.MULTILINE,
)


def attempts_injection(text: str) -> bool:
    """True for messages that address the machinery: its prompt, its rules, its role."""
    return ATTEMPTS.found_in(text) or bool(MARKS_OF_A_PROMPT.search(fold(text)))
