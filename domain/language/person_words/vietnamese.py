"""How Vietnamese asks for a person."""

from domain.language.person_words.language import Language

VIETNAMESE = Language(
    code="vi",
    classes={
        "manage": "thêm mời gán xóa xoá thay_đổi chuyển_công_việc chuyển_dự_án chuyển_nhiệm_vụ",
        "reach": """
            nói_chuyện trao_đổi gặp kết_nối liên_hệ chuyển chuyển_máy liên_lạc chat tư_vấn_với trò_chuyện nối_máy
        """,
        "person": """
            người_thật con_người người_thực nhân_viên tổng_đài_viên tư_vấn_viên ai_đó đồng_nghiệp_của_bạn quản_lý
            giám_sát đại_diện chuyên_viên bộ_phận_hỗ_trợ một_người người_phụ_trách điện_thoại_viên cskh
            chăm_sóc_khách_hàng hỗ_trợ_viên
        """,
        "human": "người_thật con_người nhân_viên tổng_đài_viên tư_vấn_viên người_thực quản_lý chuyên_viên",
        "want": "muốn cần cho_tôi cho_mình cho_em xin hãy_cho yêu_cầu",
        "please": "giúp_tôi với ạ đi làm_ơn",
        "no": "không_muốn không_cần đừng không_phải không_nói_chuyện_với chán ghét",
        "robot": "robot bot máy chatbot rô_bốt người_máy",
        "who": "ai ai_đó nhân_viên",
        "colleague": "đồng_nghiệp_của_bạn đồng_nghiệp_của_anh đồng_nghiệp_bạn",
        "can": "có_thể",
        "call": "gọi_cho_tôi gọi_lại gọi_điện liên_hệ_với_tôi gọi_tôi liên_hệ_tôi",
        "is_there": "có",
        "here": "ở_đó ở_đây đó không",
        "call_me": """
            gọi_cho_tôi gọi_lại_cho_tôi gọi_lại_cho_mình gọi_cho_mình gọi_cho_em gọi_điện_cho_tôi gọi_tôi gọi_lại_giúp
            liên_hệ_với_tôi liên_lạc_với_tôi gọi_lại_tôi liên_hệ_lại_với_tôi
        """,
    },
    asks="""
    có ai|người ở_đó|ở_đây|đó|đây|trực không|ko
    có ai|người_thật không|ko /
    không .. nói_chuyện|chat|trao_đổi với .. <robot>
    """,
    other_senses="""
    người liên_hệ
    người khác
    nhân_sự
    nhân_viên của_tôi|của_chúng_tôi|mới
    """,
    alone="nhân_viên người_thật tổng_đài_viên",
    beside="cho tôi gặp",
)
