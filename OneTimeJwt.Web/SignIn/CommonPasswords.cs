namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// What people choose first in the languages of this app and in Russian, most common ones first; English stands in
/// zxcvbn's own lists. A few dozen each: a longer list would weigh more than it stops.
/// </summary>
internal static class CommonPasswords
{
    private static readonly string[] German =
    [
        "passwort", "kennwort", "hallo", "schatz", "geheim", "ichliebedich", "hallo welt", "sommer", "fussball", "schalke",
        "sonnenschein", "deutschland", "berlin", "familie", "liebe", "hase", "hasi", "mausi", "schnuffel", "schatzi",
        "engel", "baby", "frankfurt", "hamburg", "münchen", "muenchen", "bayern", "dortmund", "borussia", "werder", "zuhause",
        "willkommen", "anmelden", "benutzer", "arbeit", "computer", "schule", "sonne", "stern", "blume", "katze", "hund",
        "pferd", "mutter", "vater", "oma", "opa", "winter", "herbst", "frühling", "fruehling", "weihnachten", "ostern",
        "montag", "freitag", "januar", "februar", "oktober", "dezember", "ficken", "scheisse", "arschloch", "spass", "freiheit",
        "mein passwort", "ich liebe dich", "lass mich rein", "geheimnis", "standard", "sicherheit", "lieblingspasswort",
        "passwort ändern", "passwort aendern",
    ];

    private static readonly string[] Spanish =
    [
        "contraseña", "clave", "tequiero", "teamo", "hola", "mi clave", "mi contraseña", "hola mundo", "amor", "mi amor", "amorcito",
        "corazon", "estrella", "familia", "mariposa", "princesa", "bonita", "futbol", "barcelona", "real madrid", "españa",
        "mexico", "colombia", "argentina", "alejandro", "carlos", "sebastian", "daniela", "andrea", "valentina", "cariño", "bebé",
        "jesus", "dios", "dios es amor", "jesus te ama", "te amo mucho", "te quiero mucho", "amistad", "amigos",
        "secreto", "acceso", "bienvenido", "usuario", "trabajo", "verano", "invierno", "primavera", "otoño", "perro", "gato",
        "chocolate", "cristiano", "america", "gatito", "perrito", "hermosa", "guapa", "cielo", "mi vida", "vida", "felicidad",
        "lunes", "viernes", "enero", "diciembre", "navidad", "mama", "papa", "mierda", "dejame entrar", "cambiame",
        "contraseña segura", "la contraseña", "nueva contraseña",
    ];

    private static readonly string[] French =
    [
        "motdepasse", "azerty", "bonjour", "jetaime", "doudou", "loulou", "soleil", "marseille", "chocolat", "mot de passe", "je t'aime",
        "je t aime", "coucou", "salut", "amour", "mon amour", "cheval", "chouchou", "nicolas", "camille", "julien", "thomas",
        "france", "paris", "secret", "princesse", "papillon", "football", "olympique", "famille", "maison", "bienvenue",
        "vacances", "etoile", "fleur", "chaton", "chien", "minou", "maman", "papa", "bisous", "bisou", "ma vie",
        "le soleil", "mon coeur", "coeur", "printemps", "automne", "hiver", "lundi", "vendredi", "janvier", "decembre", "noel",
        "liberte", "toulouse", "lyon", "bordeaux", "merde", "connard", "putain", "utilisateur", "connexion", "ouvre toi",
        "sesame ouvre toi", "mon mot de passe", "nouveau mot de passe", "code secret", "laisse moi entrer", "changez moi",
    ];

    private static readonly string[] Portuguese =
    [
        "senha",
        "palavra passe",
        "minha senha",
        "brasil",
        "teamo",
        "te amo",
        "eu te amo",
        "flamengo",
        "corinthians",
        "palmeiras",
        "benfica",
        "sporting",
        "porto",
        "portugal",
        "familia",
        "felicidade",
        "amor",
        "meu amor",
        "amor da minha vida",
        "amizade",
        "saudade",
        "princesa",
        "estrela",
        "gabriel",
        "rafael",
        "lucas",
        "beatriz",
        "mudar",
        "mudar senha",
        "senha segura",
        "jesus",
        "deus",
        "deus e fiel",
        "deus e amor",
        "jesus cristo",
        "jesus te ama",
        "vitoria",
        "futebol",
        "vasco",
        "gremio",
        "santos",
        "sao paulo",
        "lisboa",
        "bom dia",
        "ola",
        "ola mundo",
        "segredo",
        "acesso",
        "bem vindo",
        "usuario",
        "utilizador",
        "verao",
        "inverno",
        "cachorro",
        "gatinho",
        "borboleta",
        "coração",
        "linda",
        "gostosa",
        "querida",
        "minha vida",
        "segunda",
        "sexta feira",
        "janeiro",
        "dezembro",
        "natal",
        "mamae",
        "papai",
        "merda",
        "caralho",
        "senha padrao",
        "nova senha",
    ];

    private static readonly string[] Japanese =
    [
        "パスワード", "ぱすわーど", "pasuwado", "pasuwaado", "sakura", "さくら", "doraemon", "ドラえもん", "pokemon", "ポケモン",
        "ピカチュウ", "arigatou", "arigato", "ありがとう", "konnichiwa", "こんにちは", "おはよう", "ohayou", "daisuki", "だいすき", "大好き",
        "aishiteru", "あいしてる", "愛してる", "愛している", "suki", "暗証番号", "秘密", "ひみつ", "himitsu", "合言葉", "あいことば", "nihon", "nippon",
        "日本", "にほん", "東京", "tokyo", "とうきょう", "大阪", "osaka", "京都", "kyoto", "北海道", "hokkaido", "tanaka", "田中", "suzuki", "鈴木",
        "satou", "佐藤", "takahashi", "高橋", "yamamoto", "山本", "watanabe", "渡辺", "kobayashi", "小林", "hello kitty", "totoro", "トトロ",
        "naruto", "ナルト", "dragonball", "ドラゴンボール", "ワンピース", "arashi", "kawaii", "かわいい", "可愛い", "neko", "ねこ", "inu",
        "いぬ", "hana", "はな", "himawari", "ひまわり", "takoyaki", "寿司", "sushi", "ramen", "ラーメン", "お母さん", "おかあさん",
        "家族", "かぞく", "友達", "ともだち", "幸せ", "しあわせ", "管理者", "ログイン", "kanrisha", "aiueo", "kakikukeko", "sasisuseso",
        "sashisuseso", "tatituteto", "tachitsuteto", "naninuneno", "hahihuheho", "hahifuheho", "mamimumemo", "yayuyo", "rarirurero",
        "わたし", "ひらけごま", "開けゴマ", "新しいパスワード", "私のパスワード",
    ];

    private static readonly string[] Arabic =
    [
        "كلمة المرور", "كلمه المرور", "كلمة السر", "كلمه السر", "كلمةسر", "الله", "محمد", "بسم الله", "بسم الله الرحمن الرحيم",
        "لا اله الا الله", "محمد رسول الله", "الله اكبر", "الحمد لله", "سبحان الله", "استغفر الله", "ما شاء الله", "ان شاء الله",
        "السلام عليكم", "احمد", "علي", "فاطمة", "فاطمه", "مريم", "حبيبي", "حبيبتي", "احبك", "انا احبك", "بحبك", "حب", "حياتي",
        "عمري", "قلبي", "روحي", "ماما", "بابا", "امي", "ابي", "مصر", "السعودية", "السعوديه", "فلسطين", "الجزائر", "المغرب", "العراق",
        "سوريا", "لبنان", "الاردن", "تونس", "اليمن", "دبي", "القاهرة", "القاهره", "بغداد", "مكة", "مكه", "الاهلي", "الزمالك", "الهلال",
        "النصر", "ريال مدريد", "برشلونة", "مرحبا", "اهلا", "شكرا", "سلام", "سري", "سر", "دخول", "مستخدم", "افتح يا سمسم", "رمضان",
        "قهوة", "قهوه", "وردة", "ورده", "قمر", "القمر", "نجمة", "شمس", "ملك", "ملكة", "الملك", "الحياة", "الحب",
        "mohamed", "mohammed", "muhammad", "ahmed", "allah", "bismillah", "habibi", "habibti", "alhamdulillah", "inshallah",
    ];

    private static readonly string[] Russian =
    [
        "пароль", "привет", "йцукен", "любовь", "солнышко", "наташа", "максим", "люблю", "я тебя люблю", "люблю тебя", "марина", "андрей",
        "мой пароль", "секрет", "солнце", "зайка", "котик", "кошка", "котенок", "собака", "россия", "москва", "спартак", "зенит",
        "динамо", "локомотив", "никита", "настя", "анастасия", "александр", "саша", "сергей", "дмитрий", "дима", "светлана", "елена",
        "катя", "екатерина", "ольга", "татьяна", "виктория", "даша", "кристина", "юлия", "алексей", "евгений", "владимир",
        "мама", "папа", "семья", "счастье", "любимая", "любимый", "малыш", "красотка", "принцесса", "ангел", "жопа", "сука",
        "хуй", "блять", "пиздец", "админ", "администратор", "вход", "доступ", "пользователь", "работа", "компьютер", "лето", "зима",
        "весна", "осень", "здравствуйте", "добрый день", "спасибо", "пожалуйста", "футбол", "хоккей", "победа", "свобода", "жизнь",
        "весь мир", "новый пароль", "сменить пароль", "сезам откройся", "понедельник", "пятница", "январь", "декабрь",
        "parol", "privet", "lubov", "lyublyu", "solnyshko", "natasha", "rossiya", "moskva", "spartak", "zaika", "kotik",
    ];

    /// <summary>Each also without its spaces.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Ranked().SelectMany(Forms).Distinct(StringComparer.Ordinal)];

    // In turns, so that the first of each language ranks first.
    private static IEnumerable<string> Ranked()
    {
        string[][] languages = [Russian, Spanish, German, French, Portuguese, Japanese, Arabic];
        return Enumerable.Range(0, languages.Max(words => words.Length))
            .SelectMany(rank => languages.Where(words => rank < words.Length).Select(words => words[rank]));
    }

    private static IEnumerable<string> Forms(string words) =>
        words.Contains(' ', StringComparison.Ordinal) ? [words, words.Replace(" ", "", StringComparison.Ordinal)] : [words];
}
