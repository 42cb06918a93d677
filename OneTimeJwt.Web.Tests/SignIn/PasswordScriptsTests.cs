using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>The password policy in every script, width and keyboard layout.</summary>
public sealed class PasswordScriptsTests
{
    private const string Common = "stands in lists of common passwords";
    private const string Name = "your address or the name of this site";
    private const string Repeats = "Parts that repeat count once";
    private const string Few = "repeats the same few characters";
    private const string Pattern = "follows the alphabet or the keyboard";

    private readonly Account _account = new()
    {
        UserName = "ada.lovelace@babbage-works.example",
        Email = "ada.lovelace@babbage-works.example",
    };

    public static TheoryData<string, string> Common_passwords => new()
    {
        { "пароль пароль пароль", Common },
        { "парольпарольпароль", Common },
        { "Пароль1234567890", Common },
        { "ПАРОЛЬ!ПАРОЛЬ!ПАРОЛЬ!", Common },
        { "п а р о л ь п а р о л ь", Common },
        { "любовь-любовь-любовь", Common },
        { "ятебялюблю2024!", Common },
        { "я тебя люблю 2026", Common },
        { "gfhjkmgfhjkm1234", Common },
        { "ghbdtnghbdtn2025", Common },
        { "зфыыцщкв12345678", Common },
        { "pаsswоrd12345678", Common },
        { "Passwort123456789", Common },
        { "Passwort!Passwort!", Common },
        { "IchLiebeDich2024", Common },
        { "m3inP4sswort2024", Common },
        { "contraseña123456", Common },
        { "ContraseñaContraseña", Common },
        { "tequieromucho123", Common },
        { "te quiero mucho 2026", Common },
        { "motdepasse2024!!", Common },
        { "Mot de passe 1234", Common },
        { "jetaimejetaime99", Common },
        { "minhasenha123456", Common },
        { "palavra-passe-123", Common },
        { "mot_de_passe_2024", Common },
        { "te.quiero.mucho!", Common },
        { "deusefiel1234567", Common },
        { "coracaocoracao12", Common },
        { "パスワードパスワードパスワード", Common },
        { "ﾊﾟｽﾜｰﾄﾞ1234567890", Common },
        { "ぱすわーど１２３４５６７８９０", Common },
        { "暗証番号12345678901", Common },
        { "愛してる愛してる愛してる", "" },
        { "arigatouarigatou", Common },
        { "sakurasakura2024", Common },
        { "كلمة المرور 12345", Common },
        { "كلمةالمرور٢٠٢٤٢٠٢٤", Common },
        { "كَلِمَة السِّر ١٢٣٤٥", Common },
        { "حبيبيحبيبيحبيبي", Few },
        { "فلسطينفلسطينفلسطين", Common },
        { "بسم الله الرحمن الرحيم", Common },
        { "أنا أحبك أنا أحبك", Common },
        { "ｐａｓｓｗｏｒｄ１２３４５６７", Common },
        { "p\u200ba\u200bs\u200bs\u200bw\u200bo\u200br\u200bd12345678", Common },
    };

    public static TheoryData<string, string> Own_words => new()
    {
        { "ｌｏｖｅｌａｃｅｌｏｖｅｌａｃｅ", Name },
        { "ＢＡＢＢＡＧＥＷＯＲＫＳ２０２６", Name },
        { "Ｏｎｅ－Ｔｉｍｅ　ＪＷＴ　２０２６", Name },
        { "lóvelacé-lòvelace", Name },
        { "дщмудфсудщмудфсу", Name },
        { "lоvеlасе lоvеlасе", Name },
    };

    public static TheoryData<string, string> Repetition => new()
    {
        { "xqzjwv xqzjwv xqzjwv", Repeats },
        { "мойкот мойкот мойкот", Repeats },
        { "чебурашка1чебурашка2", Repeats },
        { "ячебурашкаючебурашка", Repeats },
        { "ятюленьютюленьэтюлень", Repeats },
        { "bqzjwvxcqzjwvxdqzjwvx", Repeats },
        { "Ёжик-ежик_ЁЖИК ёжик", Repeats },
        { "тюленьтюленьтюлень", Repeats },
        { "пингвинпингвинпингвин", Common },
        { "ежевика ananas ежевика ежевика", Repeats },
        { "кактусбарсуккактус", Repeats },
        { "zibeline7zibeline8", Repeats },
        { "bouteille bouteille", Repeats },
        { "カマキリとカマキリとカマキリと山", Repeats },
        { "ﾊﾝﾓｯｸハンモックはんもっくはんもっく", Repeats },
        { "梅雨前線梅雨前線梅雨前線梅雨前線", Few },
        { "納豆巻定食納豆巻定食納豆巻定食", Repeats },
        { "زرافة زرافة زرافة", Repeats },
        { "بطيخة-بطيخة-بطيخة", Repeats },
        { "بـــــطـــــيـــــخـــــة", Repeats },
        { "برتقال برتقالة برتقالات", Repeats },
        { "호랑이호랑이호랑이호랑이호랑이", Few },
        { "аааааббббббвввввггггг", Few },
    };

    public static TheoryData<string, string> Orders => new()
    {
        { "абвгдеёжзийклмноп", Pattern },
        { "яюэьыъщшчцхфутсрп", Pattern },
        { "АБВГДЕЖЗИЙКЛМНОП", Pattern },
        { "а б в г д е ж з и й", Pattern },
        { "ABCDEFGHIJKLMNOPQR", Pattern },
        { "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐ", Pattern },
        { "１２３４５６７８９０１２３４５", "" },
        { "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", "" },
        { "۰۹۸۷۶۵۴۳۲۱۰۹۸۷۶۵۴", "" },
        { "१२३४५६७८९०१२३४५", "" },
        { "一二三四五六七八九十一二三四五", Repeats },
        { "甲乙丙丁戊己庚辛壬癸一二三四五", Pattern },
        { "日月火水木金土 子丑寅卯辰巳午", Pattern },
        { "あいうえおかきくけこさしすせそ", Pattern },
        { "アイウエオカキクケコサシスセソ", Pattern },
        { "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿ", Pattern },
        { "いろはにほへとちりぬるをわかよ", Pattern },
        { "アカサタナハマヤラワあいうえお", Pattern },
        { "んをわろれるりらよゆやもめむみ", Pattern },
        { "ابتثجحخدذرزسشصضطظ", Pattern },
        { "أبجد هوز حطي كلمن سعفص", Pattern },
        { "αβγδεζηθικλμνξοπ", Pattern },
        { "가나다라마바사아자차카타파하가", Pattern },
        { "йцукенгшщзхъфывапролд", "" },
        { "йцукен фывапр ячсмит", "" },
        { "ЙЦУКЕН-фывапролджэ", "" },
        { "йфяцычувскамепинртг", "" },
        { "й ц у к е н ф ы в а", Common },
        { "я ч с м и т ь б ю", Pattern },
        { "абв-где-жзи-клм", Pattern },
        { "1й2ц3у4к5е6н7г8ш9щ", "" },
        { "ضصثقفغعهخحجدشسيبل", Pattern },
        { "شسيبلاتنمكط ضصثقفغعه", Pattern },
        { "ضشئصسءثيؤقبر", "" },
        { "たていすかんなにらせちとしはき", Common },
        { "つさそひこみもねるめけれりのま", Pattern },
        { "タテイスカンナニラセ　チトシハキクマノリ", Common },
        { "ａｚｅｒｔｙｕｉｏｐｑｓｄｆｇｈ", "" },
        { "azertyuiopqsdfghjklm", "" },
        { "qwertzuiopüasdfghjklöä", "" },
        { "1qay2wsx3edc4rfv5tgb", "" },
        { "asdfghjklñpoiuytrewq", "" },
    };

    public static TheoryData<string> Good =>
    [
        "седем мокри чадъра в коридора",
        "семь мокрых зонтов в прихожей",
        "ёж читает газету на крыше вокзала",
        "фиолетовый чайник танцует вальс",
        "Барсук купил три ржавых якоря",
        "тихий паром уходит до завтрака",
        "дедушкин компас показывает на холодильник",
        "гроза считает одиннадцать гусей",
        "мой кот ненавидит понедельники",
        "картошка летит над Байкалом",
        "сорокСемьПодсолнуховМолчат",
        "Черепаха чинит скрипку зубной щёткой",
        "любовь приходит к сантехнику в четверг",
        "七本の濡れた傘が廊下に静かに並んでいる",
        "紫色のやかんがワルツを踊っている",
        "はりねずみが屋根の上で新聞を読む",
        "静かなフェリーは朝食前に出港する",
        "おじいさんの羅針盤は冷蔵庫を指す",
        "カメが歯ブラシでバイオリンを直す",
        "雷は十一羽のガチョウを数えている",
        "じゃがいもは琵琶湖の上を飛んだ",
        "錆びた錨を三つも買ったアナグマ",
        "となりの猫は月曜日が大嫌いです",
        "ひまわり四十七本が黙って立つ駅",
        "さくら色の電車、眠い車掌、塩味の雲",
        "パスワードを忘れたペンギンが歌う",
        "سبع مظلات مبللة في الممر",
        "إبريق بنفسجي يرقص الفالس",
        "القنفذ يقرأ الجريدة على السطح",
        "عبّارة هادئة تغادر قبل الفطور",
        "بوصلة جدي تشير إلى الثلاجة",
        "سلحفاة تصلح الكمان بفرشاة أسنان",
        "الرعد يعد إحدى عشرة إوزة",
        "بطاطس تطير فوق بحيرة طبريا",
        "ثلاث مراس صدئة في المطبخ",
        "قطتي تكره يوم الاثنين كثيرا",
        "سبعة وأربعون زهرة صامتة",
        "حبيبي يزرع الملفوف خلف المسرح",
        "قطار وردي وسائق نعسان وغيمة مالحة",
        "zwölf Äpfel für übermütige Öfen",
        "sieben nasse Schirme im Treppenhaus",
        "Der Igel liest auf dem Dach die Zeitung",
        "siete paraguas mojados en el pasillo",
        "la tortuga arregla un violín oxidado",
        "sept parapluies mouillés dans le couloir",
        "l’écureuil répare une horloge bleue",
        "sete guarda-chuvas molhados na varanda",
        "a tartaruga conserta violinos azuis",
        "shichihon no nureta kasa ga narabu",
        "일곱 개의 젖은 우산이 복도에 있다",
        "επτά βρεγμένες ομπρέλες στο διάδρομο",
        "שבע מטריות רטובות במסדרון",
        "सात गीली छतरियाँ गलियारे में खड़ी हैं",
        "七把湿透的雨伞靠在走廊的蓝色墙边",
        "🦊🌧️🎻🧲🪁🛶🧵🪐🥁🧊🔭🪗🧶🛰️🪴",
        "mQ7!vTz2#kLp9xW",
        "correct horse battery staple",
        "hQ3v-9xTb-Lm2R-k7Wz",
        "qjxnuo-fywbak-zbipeh",
        "550e8400-e29b-41d4-a716-446655440000",
    ];

    [Theory]
    [MemberData(nameof(Common_passwords))]
    [MemberData(nameof(Own_words))]
    [MemberData(nameof(Repetition))]
    [MemberData(nameof(Orders))]
    public async Task What_is_guessed_first_in_any_script_is_refused_with_its_reason(string password, string words)
    {
        var reason = await ReasonAsync(password);

        Assert.NotNull(reason);
        Assert.Contains(words, reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public async Task A_few_unrelated_words_will_do_in_any_script(string password) => Assert.Null(await ReasonAsync(password));

    [Theory]
    [InlineData("傘が歌う雨の森へ")]
    [InlineData("мокрыйбарсук7")]
    [InlineData("إبريق يرقص")]
    [InlineData("vK3!qz9T")]
    public async Task The_shorter_length_of_accounts_with_a_second_factor_does_for_good_ones_in_any_script(string password) =>
        Assert.Null(await ReasonAsync(password, minimum: 8));

    [Theory]
    [InlineData("пароль12", Common)]
    [InlineData("パスワード123", Common)]
    [InlineData("حبيبي123", Common)]
    [InlineData("йцукенгш", Pattern)]
    [InlineData("тюлень-тюлень", Repeats)]
    [InlineData("абвгдежз", Pattern)]
    [InlineData("あいうえおかきく", Pattern)]
    [InlineData("ضصثقفغعه", Pattern)]
    [InlineData("ｌｏｖｅｌａｃｅ", Name)]
    public async Task And_no_shorter_length_lets_through_what_is_guessed_first(string password, string words) =>
        Assert.Contains(words, await ReasonAsync(password, minimum: 8), StringComparison.Ordinal);

    [Theory]
    [InlineData("Zażółć Bank", "zażółćbank2026!!", "ｚａｚｏｌｃ　ｂａｎｋ　２０２６")]
    [InlineData("桜銀行", "桜銀行桜銀行２０２６あいうえお", "桜銀行-１２３４５６７８９０１２")]
    [InlineData("بنك النخيل", "بنكالنخيل١٢٣٤٥٦٧", "بَنْك النَّخيل ٢٠٢٦")]
    [InlineData("Сбережения", "сбережения1234567", "СБЕРЕЖЕНИЯ!2026!")]
    public async Task The_name_of_the_site_is_known_in_its_own_script(string name, string first, string second)
    {
        Assert.Contains(Name, await ReasonAsync(first, site: name), StringComparison.Ordinal);
        Assert.Contains(Name, await ReasonAsync(second, site: name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("山田@例え.example", "山田山田例え例え１２３４５６７８")]
    [InlineData("山田@xn--r8jz45g.example", "例え1234567890山田19")]
    [InlineData("иван.кузнецов@пример.example", "КузнецовИван2026")]
    [InlineData("ivan@xn--e1afmkfd.example", "пример-пример-2026")]
    [InlineData("layla@xn--mgbh0fb.example", "مثال-مثال-١٢٣٤٥٦٧")]
    [InlineData("مريم.حداد@example.com", "حدّاد١٢٣٤٥٦٧٨٩٠١")]
    public async Task The_words_of_an_account_are_known_in_its_own_script(string address, string password)
    {
        _account.UserName = _account.Email = address;

        Assert.Contains(Name, await ReasonAsync(password), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\ufdfa", 256)]
    [InlineData("a\ufffeb\ufdd0c", 50)]
    [InlineData("\ud83e\udd8a\ud83c\udf27\ud83c\udfbb\ud83e\uddf2\ud83e\ude81", 25)]
    [InlineData("\u0301\u200d\u0640\u202e", 64)]
    [InlineData("aba", 85)]
    [InlineData("abaababaabaabvwxyz", 14)]
    public async Task What_repeats_to_the_full_length_is_refused_whatever_it_consists_of(string part, int times) =>
        Assert.NotNull(await ReasonAsync(string.Concat(Enumerable.Repeat(part, times))));

    [Theory]
    [InlineData("кот-пёс-кот-пёс", "кот-пес")]
    [InlineData("тюлень-тюлень_Тюлень", "тюлень")]
    [InlineData("abcabcabcabd", "abcd")]
    [InlineData("Mississippi", "Missppi")]
    [InlineData("coucher toucher mot", "coucher toucher mot")]
    [InlineData("МойКотМойКот7", "МойКот7")]
    [InlineData("秘密秘密秘密", "秘密")]
    [InlineData("#!%x&)+(*@~}^?q", "#!%x&)+(*@~}^?q")]
    public void Parts_that_repeat_count_once(string text, string once) =>
        Assert.Equal(once, PasswordText.WithoutRepeats(PasswordText.Fold(text)));

    [Theory]
    [InlineData("Ｐａｓｓ　Ｗｏｒｄ", "Pass Word")]
    [InlineData("ﾊﾟｽﾜｰﾄﾞ", "はすわーと")]
    [InlineData("Ёлка и йод", "Елка и йод")]
    [InlineData("كَلِمـــَةُ السِّرِّ", "كلمة السر")]
    [InlineData("١٢٣ ۴۵۶ ７８９ १२", "123 456 789 12")]
    [InlineData("Straße, cœur, Øl", "Strasse, coeur, ol")]
    [InlineData("한글", "한글")]
    [InlineData("Pass\u200bword\u00ad", "Password")]
    [InlineData("Pa$$ word 1", "Pa$$ word 1")]
    public void What_a_guesser_reads_has_one_width_and_no_marks(string text, string folded) =>
        Assert.Equal(folded, PasswordText.Fold(text));

    [Fact]
    public async Task A_lone_half_of_a_character_is_judged_all_the_same()
    {
        Assert.Null(await ReasonAsync("семь мокрых зонтов \ud83e в прихожей"));
        Assert.Contains(Common, await ReasonAsync("пароль\ud83e пароль\ud83e"), StringComparison.Ordinal);
    }

    private async Task<string?> ReasonAsync(string password, int minimum = 15, string? site = null)
    {
        var settings = new AccountsSettings { Passwords = new() { MinimumLength = minimum } };
        var length = new PasswordLength(Options.Create(settings), new HttpContextAccessor());
        var policy = new PasswordPolicy(length, new Brand(new BrandingSettings { Name = site }));
        var result = await policy.ValidateAsync(null!, _account, password);
        return result.Succeeded ? null : Assert.Single(result.Errors).Description;
    }
}
