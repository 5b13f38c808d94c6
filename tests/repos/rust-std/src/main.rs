mod http;

use std::collections::HashMap;
use std::env;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

type Db = Arc<Mutex<HashMap<String, String>>>;

fn main() {
    let port = env::var("PORT").unwrap_or_else(|_| "7878".to_string());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).expect("cannot bind");
    let db: Db = Arc::new(Mutex::new(HashMap::new()));
    println!("shorty on :{port}");

    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let db = db.clone();
        thread::spawn(move || {
            let Some(req) = http::read(&mut stream) else { return };
            match (req.method.as_str(), req.path.as_str()) {
                ("GET", "/healthz") => http::write(&mut stream, "200 OK", "", "ok"),
                ("POST", "/new") => {
                    if !req.body.starts_with("http") {
                        return http::write(&mut stream, "400 Bad Request", "", "not an url");
                    }
                    let mut db = db.lock().unwrap();
                    let code = format!("{:x}", db.len() + 4096);
                    db.insert(code.clone(), req.body);
                    http::write(&mut stream, "201 Created", "", &code);
                }
                ("GET", path) => match db.lock().unwrap().get(&path[1..]) {
                    Some(url) => http::write(&mut stream, "302 Found", &format!("Location: {url}\r\n"), ""),
                    None => http::write(&mut stream, "404 Not Found", "", "no such code"),
                },
                _ => http::write(&mut stream, "405 Method Not Allowed", "", ""),
            }
        });
    }
}
