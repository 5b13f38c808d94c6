// quick and dirty: how many codes per second
fn main() {
    let start = std::time::Instant::now();
    let mut x: u64 = 0;
    for i in 0..10_000_000u64 {
        x = x.wrapping_mul(31).wrapping_add(i);
    }
    println!("{x} {:?}", start.elapsed());
}
