//! How a usual sentence of a reply addresses its reader, by language; and a long reply.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cuecard_culture::register;

const SENTENCES: &[(&str, &str)] = &[
    ("de", "Könnten Sie mir bitte Ihre Bestellnummer nennen, damit ich den Stand der Lieferung prüfen kann?"),
    ("es", "¿Me podría dar su número de pedido para que pueda comprobar el estado de la entrega?"),
    ("fr", "Pourriez-vous me donner votre numéro de commande afin que je vérifie l'état de la livraison ?"),
    ("hi", "कृपया अपना ऑर्डर नंबर बताइए ताकि मैं डिलीवरी की स्थिति देख सकूँ।"),
    ("it", "Potrebbe darmi il Suo numero d'ordine, così verifico subito lo stato della consegna?"),
    ("ja", "配送状況を確認いたしますので、ご注文番号を教えていただけますでしょうか。"),
    ("nl", "Kunt u mij uw bestelnummer geven, zodat ik de status van de levering kan nakijken?"),
    ("pt", "Pode dizer-me o número da sua encomenda para eu verificar o estado da entrega?"),
];

fn benches(criterion: &mut Criterion) {
    for (language, text) in SENTENCES {
        criterion.bench_function(&format!("register/{language}"), |bench| {
            bench.iter(|| black_box(register::read(black_box(text), language)));
        });
    }
    let long = SENTENCES.first().map_or("", |(_, text)| text).to_owned() + " ";
    let long = long.repeat(10);
    criterion.bench_function("register/de, ten sentences, mixed", |bench| {
        bench.iter(|| black_box(register::mixed(black_box(&long), "de")));
    });
}

criterion_group!(all, benches);
criterion_main!(all);
