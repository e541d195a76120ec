"""How Indonesian asks for a person."""

from domain.language.person_words.language import Language

INDONESIAN = Language(
    code="id",
    classes={
        "manage": "menambah* tambah* mengundang undang menugaskan menghapus hapus mengganti mengubah",
        "reach": """
            bicara berbicara ngomong ngobrol mengobrol sambungkan hubungkan disambungkan dihubungkan chat
            berkomunikasi alihkan dialihkan terhubung kontak menghubungi bertemu
        """,
        "person": """
            manusia orang orang_sungguhan orang_asli petugas cs customer_service operator agen staf staff karyawan
            admin atasan manajer supervisor rekan layanan_pelanggan seseorang perwakilan pegawai tim_kalian teknisi
        """,
        "human": """
            manusia orang_sungguhan orang_asli orang_beneran petugas operator customer_service cs staf manajer
            supervisor admin
        """,
        "want": "mau ingin butuh minta perlu tolong beri kasih berikan saya_mau pengen",
        "please": "tolong dong ya mohon terima_kasih",
        "no": "tidak_mau tidak_ingin gak_mau ga_mau nggak_mau tanpa bukan bosan capek",
        "robot": "robot bot mesin chatbot komputer ai",
        "who": "seseorang ada_yang petugas",
        "colleague": "rekan_anda rekanmu teman_anda salah_satu_rekan kolega_anda rekan_kerja_anda",
        "can": "bisakah bisa dapatkah apakah",
        "call": "menelepon menelpon telepon telpon hubungi menghubungi_saya",
        "is_there": "ada",
        "here": "di_sana di_sini disana disini",
        "call_me": """
            telepon_saya telpon_saya hubungi_saya menelepon_saya menelpon_saya telepon_balik telpon_balik
            telepon_kembali saya_dihubungi saya_ditelepon menghubungi_saya hubungi_aku
        """,
    },
    asks="""
    ada orang|seseorang|manusia di_sana|di_sini|disana|disini|ga|gak|tidak? /
    """,
    other_senses="""
    orang|seseorang lain
    orang|kontak kontak|person
    sumber daya manusia
    agen untuk
    """,
    alone="manusia operator petugas cs admin orang",
    beside="tolong mau saya dong agen ya halo",
)
