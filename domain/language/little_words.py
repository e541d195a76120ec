"""The little words of some languages, of which every sentence has a few."""

LITTLE_WORDS = {
    "de": """
        ich du er sie wir ihr mein meine meinen unser unsere der die das den dem ein eine einen einem nicht kein
        keine und oder aber wie was wann wo warum ist sind war haben hat habe kann konnen koennen konnte mochte
        muss bitte danke mit von fur auf bei zu zum zur im am es auch noch schon wird wurde guten tag hallo
    """,
    "en": """
        i you he she we they my our your the a an of to in on at is are was were have has had do does did can
        could will would not and or but how what when where why which who please thanks thank with for from this
        that it me us be if there
    """,
    "es": """
        yo tu el la los las un una unos de del que y o pero como cuando donde por para con sin mi mis nuestro
        nuestra es son esta estan hay no se lo le puedo puede quiero necesito tengo hola gracias favor al en ya
    """,
    "fr": """
        je tu il elle nous vous ils mon ma mes notre nos votre vos le la les un une des du de et ou mais comment
        quand pourquoi est sont ai avons avez peut puis peux pas ne plus pour avec sans dans sur bonjour merci
        svp ce cette ces que qui en au
    """,
    "it": """
        io tu noi voi mio mia nostro nostra il lo la gli le un una di del della che e o ma come quando dove
        perche sono abbiamo ho posso puo non per con senza si ciao buongiorno grazie vorrei nel sul
    """,
    "nl": """
        ik jij je wij we mijn onze ons de het een en of maar hoe wat wanneer waar waarom is zijn heb hebben kan
        kunnen wil niet geen met voor van op bij naar aan graag alstublieft hallo bedankt dit dat deze om te
    """,
    "pl": """
        ja ty my wy moj moja nasz nasza jest sa mam mamy nie tak jak kiedy gdzie dlaczego co czy moge mozna
        prosze dziekuje dzien dobry na w z do od po za sie to ten ta i lub ale
    """,
    "pt": """
        eu voce nos meu minha nosso nossa o a os as um uma de do da que e ou mas como quando onde porque sao
        tenho temos posso pode nao para por com sem ola obrigado obrigada bom dia no na em
    """,
}
