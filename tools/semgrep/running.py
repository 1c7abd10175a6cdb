# Bad and good, side by side: what each rule finds and what it leaves alone. Never run.
# ruleid: no-eval
eval(text)
# ruleid: no-eval
exec(text)
# ok: no-eval
ACTS[name](order)
# ruleid: no-pickle
import pickle
# ruleid: no-pickle
import shelve
# ok: no-pickle
import json
# ruleid: no-yaml-load
yaml.load(text)
# ok: no-yaml-load
yaml.safe_load(text)
# ruleid: no-shell
subprocess.run(line, shell=True)
# ok: no-shell
subprocess.run(["pg_ctl", "stop"], check=True)
# ruleid: program-as-string
subprocess.run("pg_ctl stop")
# ruleid: program-as-string
subprocess.Popen(f"pg_ctl {what}")
# ok: program-as-string
subprocess.run(["pg_ctl", what], check=True)
# ruleid: no-os-system
os.system(line)
# ok: no-os-system
subprocess.run(["true"], check=True)
# ruleid: no-template-from-text
Template(text)
# ruleid: no-template-from-text
engine.from_string(text)
# ok: no-template-from-text
engine.get_template("order.html")
# ruleid: no-mktemp
tempfile.mktemp()
# ok: no-mktemp
tempfile.TemporaryFile()
# ruleid: no-extract-all
archive.extractall(place)
# ok: no-extract-all
archive.extractfile(name)
# ruleid: no-plain-xml
from xml.etree import ElementTree
# ok: no-plain-xml
from jingming.loading.sheets import markup
# ruleid: no-print
print(order)
# ok: no-print
log.info("kept")
# ruleid: no-naive-moment
datetime.now()
# ruleid: no-naive-moment
date.today()
# ruleid: no-naive-moment
datetime.utcnow()
# ok: no-naive-moment
datetime.now(UTC)
# ruleid: no-csv-writer-elsewhere
csv.writer(file)
# ruleid: no-csv-writer-elsewhere
xlsxwriter.Workbook(path)
# ok: no-csv-writer-elsewhere
write_csv(path, heading, rows)
# ruleid: path-from-request
Path(request.GET["name"])
# ruleid: path-from-request
open(request.FILES["file"].name)
# ok: path-from-request
Path(directory) / "file"
