"""What customers of any company write, for comparison by meaning beside the words of domain.language.questions."""

COURTESIES = (
    "Thank you very much, that solved it!",
    "Perfect, it works now, cheers.",
    "Great, thanks for your help, have a nice day.",
    "No more questions, bye.",
    "That was all I needed, much appreciated.",
)
SAYS_TOO_LITTLE = (
    "Hello, I have a question.",
    "Can you help me with something?",
    "It does not work.",
    "Something is wrong and I do not know what.",
    "Hi, are you there?",
    "I need help with this thing.",
    "It is still the same as before.",
    "Where do I click?",
)
