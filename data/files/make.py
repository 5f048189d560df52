"""Makes the sample files of the demo anew: python3 make.py (reportlab, pillow, python-docx, ffmpeg, WenQuanYi Micro Hei).

Everybody and everything in them is made up. The files are shipped: this is for whoever wants to change them.
"""
import datetime
import subprocess
import tempfile
import zipfile
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
HERE = Path(__file__).parent
WHEN = datetime.datetime(2026, 3, 5, 9, 0)

TITLE = "示例村党支部三月份党员大会"
MINUTES = [
    "时间：2026年3月5日 上午9时",
    "地点：示例村党群服务中心会议室",
    "主持人：样例甲（虚构人物）　记录人：样例乙（虚构人物）",
    "应到党员32名，实到28名，请假4名。",
    "",
    "一、学习《中国共产党章程》关于组织生活的规定。",
    "二、通报上季度党费收缴情况，与会党员无异议。",
    "三、讨论村道修缮义务劳动安排，确定每月第一个周六开展。",
    "四、表决通过四月份主题党日方案：赞成28票，反对0票，弃权0票。",
    "",
    "以上内容经与会党员核对无误。本文件为演示样本，人物与事项均为虚构。",
]
NOTICE = [
    "各位党员：",
    "　　兹定于2026年3月5日上午9时在示例村党群服务中心会议室召开党员大会，",
    "请准时参加；因故不能到会的，请于3月3日前向支部委员请假。",
    "",
    "　　议程：一、学习党章；二、通报党费收缴情况；三、讨论义务劳动安排；",
    "四、表决四月份主题党日方案。",
    "",
    "　　　　　　　　　　　　　　　　示例村党支部（虚构）",
    "　　　　　　　　　　　　　　　　2026年2月26日",
]


def pdf(path):
    pdfmetrics.registerFont(TTFont("hei", FONT, subfontIndex=0))
    page = canvas.Canvas(str(path), pagesize=A4, invariant=1)
    page.setTitle(TITLE + "通知")
    for number, (head, lines) in enumerate([("关于召开党员大会的通知", NOTICE), (TITLE + "会议记录", MINUTES)], 1):
        page.setFont("hei", 20)
        page.drawCentredString(A4[0] / 2, 760, head)
        page.setFont("hei", 12)
        for at, line in enumerate(lines):
            page.drawString(72, 710 - at * 24, line)
        page.drawCentredString(A4[0] / 2, 50, f"第{number}页")
        page.showPage()
    page.save()


def docx(path):
    document = Document()
    document.core_properties.author = "示例"
    document.core_properties.created = document.core_properties.modified = WHEN
    style = document.styles["Normal"]
    style.font.name = "宋体"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.add_heading(TITLE + "会议记录", 1)
    for line in MINUTES:
        document.add_paragraph(line)
    document.save(str(path))


def scene(text, phase=0.0, size=(960, 640)):
    """A meeting room, drawn: a screen, a table, people without faces."""
    picture = Image.new("RGB", size, "#f2ead8")
    draw = ImageDraw.Draw(picture)
    wide, high = size
    draw.rectangle([0, high * 0.72, wide, high], fill="#b08d5b")
    draw.rectangle([wide * 0.2, high * 0.08, wide * 0.8, high * 0.4], fill="#b3201f", outline="#7a1413", width=6)
    font = ImageFont.truetype(FONT, int(high * 0.06))
    small = ImageFont.truetype(FONT, int(high * 0.04))
    draw.text((wide / 2, high * 0.19), text, fill="#ffe9a8", font=font, anchor="mm")
    draw.text((wide / 2, high * 0.30), "演示样本　人物与事项均为虚构", fill="#ffe9a8", font=small, anchor="mm")
    for n in range(7):
        x = wide * (0.14 + n * 0.12) + wide * 0.01 * ((n + phase) % 2)
        colour = ["#34506b", "#5a5a46", "#6b4334"][n % 3]
        draw.ellipse([x - high * 0.04, high * 0.47, x + high * 0.04, high * 0.55], fill="#d9b48f")
        draw.rounded_rectangle([x - high * 0.07, high * 0.55, x + high * 0.07, high * 0.75], radius=20, fill=colour)
    draw.polygon([(wide * 0.05, high * 0.72), (wide * 0.95, high * 0.72), (wide, high * 0.86), (0, high * 0.86)], fill="#7d5a34")
    return picture


def jpeg(path):
    scene(TITLE).save(path, quality=80)


def mp4(path):
    with tempfile.TemporaryDirectory() as folder:
        for n in range(12):
            scene(TITLE, n * 0.5, (480, 320)).save(f"{folder}/{n:03}.png")
        subprocess.run(
            ["ffmpeg", "-y", "-loglevel", "error", "-framerate", "4", "-i", f"{folder}/%03d.png", "-f", "lavfi", "-i", "sine=frequency=330:duration=3",
             "-c:v", "libx264", "-pix_fmt", "yuv420p", "-r", "12", "-c:a", "aac", "-b:a", "32k", "-shortest", "-fflags", "+bitexact",
             "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1", "-movflags", "+faststart", str(path)],
            check=True)


def ofd(path):
    """OFD by GB/T 33190-2016: a ZIP of XML; text in a font that is named and not embedded."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    objects = []
    for n, line in enumerate(["关于四月份主题党日的决议"] + MINUTES[5:9] + MINUTES[-1:]):
        size, x = (7, 50) if n == 0 else (4.5, 25)
        if not line:
            continue
        delta = " ".join(str(size) for _ in line[1:])
        objects.append(
            f'<ofd:TextObject ID="{10 + n}" Boundary="{x} {30 + n * 12} 160 10" Font="2" Size="{size}">'
            f'<ofd:TextCode X="0" Y="{size}" DeltaX="{delta}">{line}</ofd:TextCode></ofd:TextObject>')
    files = {
        "OFD.xml": f'{head}<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>5f0e0d6a7c1b4b0fae5d3a9f6b8c2d10</ofd:DocID>'
                   f'<ofd:Title>关于四月份主题党日的决议</ofd:Title><ofd:Author>示例村党支部（虚构）</ofd:Author><ofd:CreationDate>2026-03-05</ofd:CreationDate>'
                   f'</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'{head}<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>100</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>'
                              f'</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/PublicRes.xml": f'{head}<ofd:Res {space} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="2" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": f'{head}<ofd:Page {space}><ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID="3" Type="Body">'
                                          f'{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, WHEN.timetuple()[:6]), text, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    pdf(HERE / "notice.pdf")
    docx(HERE / "minutes.docx")
    jpeg(HERE / "meeting.jpg")
    mp4(HERE / "meeting.mp4")
    ofd(HERE / "resolution.ofd")
