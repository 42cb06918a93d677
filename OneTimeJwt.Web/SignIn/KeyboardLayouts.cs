using System.Collections.Frozen;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Orders that are guessed: alphabets and rows of keys. And characters that share a key, or a shape, with one of an English
/// keyboard. All folded (<see cref="PasswordText.Fold"/>) and in lower case.
/// </summary>
internal static class KeyboardLayouts
{
    /// <summary>Alphabets and other orders for counting, then rows and columns of keys that zxcvbn doesn't know.</summary>
    public static IReadOnlyList<string> Orders { get; } =
    [
        "abcdefghijklmnopqrstuvwxyz",
        "0123456789",
        "1234567890",
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        "αβγδεζηθικλμνξοπρστυφχψω",
        "אבגדהוזחטיכלמנסעפצקרשת",
        "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
        "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ",
        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
        "あかさたなはまやらわ",
        "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす",
        "가나다라마바사아자차카타파하",
        "一二三四五六七八九十",
        "甲乙丙丁戊己庚辛壬癸",
        "子丑寅卯辰巳午未申酉戌亥",
        "月火水木金土日",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwertzuiopu",
        "yxcvbnm",
        "azertyuiop",
        "qsdfghjklm",
        "wxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "qazwsxedcrfvtgbyhnujmikolp",
        "1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p",
        "1aqw2zsx3edc4rfv5tgb6yhn7uj8ik9ol0pm",
        "йцукенгшщзхъ",
        "фывапролджэ",
        "ячсмитьбю",
        "ضصثقفغعهخحجد",
        "شسيبلاتنمكط",
        "ئءؤرلاىةوزظ",
    ];

    /// <summary>The key of an English keyboard that types a character: ЙЦУКЕН (Russian), Arabic 101, JIS kana.</summary>
    public static IReadOnlyList<FrozenDictionary<char, char>> ToEnglish { get; } =
    [
        Map("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,."),
        Map("ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ", "qwertyuiop[]asdfghjkl;'zxcvnm,./`"),
        Map("ぬふあうえおやゆよわほへたていすかんなにらせ", "1234567890-=qwertyuiop")
            .Concat(Map("ちとしはきくまのりれけむつさそひこみもねるめ", "asdfghjkl;'\\zxcvbnm,./"))
            .Concat(Map("ぁぅぇぉゃゅょゎっ", "34567890z"))
            .ToFrozenDictionary(),
    ];

    /// <summary>Cyrillic and Greek letters that look like Latin ones (Unicode Technical Standard 39).</summary>
    public static FrozenDictionary<char, char> Lookalikes { get; } = Map("аеорсухкмтіјѕԁһαορνυικτ", "aeopcyxkmtijsdhaopvuikt");

    /// <summary>What the keys of a password in English type on the other keyboards.</summary>
    public static IReadOnlyList<FrozenDictionary<char, char>> FromEnglish { get; } =
        [.. ToEnglish.Take(2).Select(map => map.ToFrozenDictionary(key => key.Value, key => key.Key))];

    private static FrozenDictionary<char, char> Map(string from, string to) =>
        from.Zip(to).ToFrozenDictionary(pair => pair.First, pair => pair.Second);
}
