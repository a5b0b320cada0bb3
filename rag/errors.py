"""Every refusal to do something, as one tree.

    ChuchuError
    ├── InternalError
    ├── SettingsInvalid
    ├── NotFound
    │   ├── DocumentNotFound   ├── VersionNotFound   ├── PageNotFound
    │   ├── JobNotFound        ├── FileNotFound       ├── BlobNotFound
    │   └── DocumentDeleted
    ├── Rejected                      the input will never do; trying again does not help
    │   ├── FileRejected
    │   │   ├── EmptyFile          ├── FileTooLarge        ├── MediaTypeUnsupported
    │   │   ├── MediaTypeMismatch  ├── PasswordRequired    ├── FileUnreadable
    │   │   ├── NoText             ├── FileUnnamed         ├── ArchiveBomb
    │   │   ├── ParseTimeout       ├── ParseMemory         ├── ParserCrashed
    │   │   ├── ConverterMissing   ├── AttachmentMissing   ├── AttachmentTooDeep
    │   │   └── Quarantined           read, but held back: a person may release it
    │   │       ├── TextGarbled       ├── TextMisdecoded   ├── TextUnlikely
    │   │       ├── TextScattered     ├── PagesEmpty       └── TextUnsure
    │   ├── QuestionRejected   ├── RequestInvalid
    │   ├── SpanInvalid        ├── DatasetInvalid
    │   ├── MeasureUnknown     ├── RowsUnlike          ├── LabelsTooFew
    │   ├── DocumentAmbiguous
    │   └── UrlRejected
    │       ├── UrlInvalid     ├── UrlAddressForbidden
    │       └── UrlAnswer      └── UrlTooManyRedirects
    ├── Conflict                      the state of things forbids it; the message says what to change
    │   ├── IndexModelMismatch ├── StoreVersionMismatch ├── DataFolderInUse
    │   ├── PortInUse          ├── NotQuarantined       ├── UriTaken
    │   ├── FolderEmpty        ├── DocumentNotLive      └── JobNotRetryable
    ├── ModelError
    │   ├── ModelUnknown       ├── ModelMissing        ├── ModelCorrupt
    │   ├── ModelUnreachable   ├── ModelNoSpace        └── ModelUnloadable
    └── Unavailable                   a service did not answer; trying again may help
        ├── IndexUnavailable ─ IndexDamaged
        ├── DatabaseUnavailable ├── BlobsUnavailable    ├── UrlUnreachable
        ├── ChatUnavailable    ├── EmbedderUnavailable ├── RerankerUnavailable
        └── ServerUnavailable

A leaf has a stable `code` and one sentence in English and in Chinese that says what happened and what to do. Its
details are keyword arguments of plain JSON values, so that an error survives a database row or an HTTP hop and is
rendered again in the reader's language: `from_code(error.code, error.details)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

MessageLanguage = Literal["en", "zh"]


class ChuchuError(Exception):
    """Something was refused. Subclasses give the code and the two sentences; details fill their blanks."""

    code: ClassVar[str] = "error"
    en: ClassVar[str] = "Something went wrong: {reason}"
    zh: ClassVar[str] = "出错了：{reason}"

    def __init__(self, **details: Any) -> None:
        super().__init__(details)
        self.details = details

    def message(self, language: MessageLanguage = "en") -> str:
        template = self.zh if language == "zh" else self.en
        return template.format_map(_Blanks(self.details))

    def __str__(self) -> str:
        return self.message()

    def __reduce__(self) -> tuple[Any, ...]:
        """Details are keyword arguments, which pickling - between processes, in the job queue - would lose."""
        return from_code, (self.code, self.details)


class _Blanks(dict[str, Any]):
    """A detail that a caller did not give reads as `?` rather than hiding the error behind a KeyError."""

    def __missing__(self, key: str) -> _Unknown:
        return _Unknown("?")


class _Unknown(str):
    """Stays `?` under the format of a number too, such as `{share:.0%}`."""

    def __format__(self, spec: str) -> str:
        return str(self)


class InternalError(ChuchuError):
    code = "internal-error"
    en = "A defect of this program: {reason}. Set CHUCHU_DEBUG=1 and run it again to see where, and please report it."
    zh = "程序内部错误：{reason}。请设置 CHUCHU_DEBUG=1 后重新运行以查看位置，并反馈给我们。"


class SettingsInvalid(ChuchuError):
    code = "settings-invalid"
    en = "The settings in {source} are not valid: {path}: {reason}. Correct that entry and start again."
    zh = "{source} 中的设置无效：{path}：{reason}。请改正该项后重新启动。"


class NotFound(ChuchuError):
    code = "not-found"
    en = "There is no {what}."
    zh = "不存在：{what}。"


class DocumentNotFound(NotFound):
    code = "document-not-found"
    en = "There is no document {document_id}. `chuchu documents list` shows those that exist."
    zh = "没有文档 {document_id}。用 `chuchu documents list` 查看现有文档。"


class VersionNotFound(NotFound):
    code = "version-not-found"
    en = "Document {document_id} has no version {version_id}."
    zh = "文档 {document_id} 没有版本 {version_id}。"


class PageNotFound(NotFound):
    code = "page-not-found"
    en = "There is no page {page}: this document has {pages} pages."
    zh = "没有第 {page} 页：该文档共 {pages} 页。"


class JobNotFound(NotFound):
    code = "job-not-found"
    en = "There is no job {job_id}."
    zh = "没有任务 {job_id}。"


class FileNotFound(NotFound):
    code = "file-not-found"
    en = "There is no file or folder {path}."
    zh = "没有文件或文件夹 {path}。"


class BlobNotFound(NotFound):
    code = "blob-not-found"
    en = "The stored file {key} is missing. Restore it from a backup, or add its document again."
    zh = "已存文件 {key} 缺失。请从备份恢复，或重新添加其文档。"


class DocumentDeleted(NotFound):
    code = "document-deleted"
    en = "The document {document_id} was deleted, and its text with it."
    zh = "文档 {document_id} 已删除，其文本不再保留。"


class Rejected(ChuchuError):
    code = "rejected"


class FileRejected(Rejected):
    code = "file-rejected"


class EmptyFile(FileRejected):
    code = "empty-file"
    en = "The file is empty."
    zh = "文件为空。"


class FileTooLarge(FileRejected):
    code = "file-too-large"
    en = "The file is larger than {limit_bytes} bytes (ingest.max_file_bytes). Split it or raise the limit."
    zh = "文件超过 {limit_bytes} 字节（ingest.max_file_bytes）。请拆分文件或提高上限。"


class MediaTypeUnsupported(FileRejected):
    code = "media-type-unsupported"
    en = "Files of type {media_type} are not supported. Convert it to PDF, DOCX, HTML or text."
    zh = "不支持 {media_type} 类型的文件。请转换为 PDF、DOCX、HTML 或文本。"


class ConverterMissing(FileRejected):
    code = "converter-missing"
    en = "Files of type {media_type} are read through LibreOffice, which is not installed on the machine that ingests (there is no soffice on its PATH). Install it, or save the file in a current format (DOCX, PPTX, XLSX)."
    zh = "{media_type} 类型的文件须通过 LibreOffice 读取，而执行导入的机器上未安装（PATH 中没有 soffice）。请安装，或将文件另存为较新的格式（DOCX、PPTX、XLSX）。"


class MediaTypeMismatch(FileRejected):
    code = "media-type-mismatch"
    en = "The name says {expected}, but the content is {found}. Give the file its right extension or export it again."
    zh = "文件名表示 {expected}，内容却是 {found}。请改正扩展名或重新导出。"


class PasswordRequired(FileRejected):
    code = "password-required"
    en = "The file is encrypted. Remove its password and add it again."
    zh = "文件已加密。请去除密码后重新添加。"


class FileUnreadable(FileRejected):
    code = "file-unreadable"
    en = "The file cannot be read as {media_type}: {reason}. It may be damaged; export it again."
    zh = "无法按 {media_type} 读取该文件：{reason}。文件可能已损坏，请重新导出。"


class NoText(FileRejected):
    code = "no-text"
    en = "No text was found in the file. A scan is read when ingest.ocr (OCR) is auto or always, and its letters can be made out."
    zh = "未在文件中找到文字。扫描件需将 ingest.ocr（文字识别，OCR）设为 auto 或 always，且字迹可以辨认。"


class Quarantined(FileRejected):
    """The file was read, and what came out had better not be found: it is kept, unindexed, until somebody decides."""

    code = "quarantined"


class TextGarbled(Quarantined):
    code = "text-garbled"
    en = "{share:.0%} of the file's characters are unreadable. Export it again with embedded fonts or as UTF-8, or release it as it is."
    zh = "文件中有 {share:.0%} 的字符无法辨认。请嵌入字体或以 UTF-8 重新导出，或按现状放行。"


class TextMisdecoded(Quarantined):
    code = "text-misdecoded"
    en = "{share:.0%} of the text looks as if it had been read in the wrong encoding (as in Ã©). Save the original as UTF-8 and add it again, or release it as it is."
    zh = "{share:.0%} 的文字疑似以错误编码读取（如 Ã©、锟斤拷）。请将原文件存为 UTF-8 后重新添加，或按现状放行。"


class TextUnlikely(Quarantined):
    code = "text-unlikely"
    en = "{share:.0%} of the letters are of scripts that hardly anybody writes: probably the file's fonts do not say which characters they show. Export it again, print it to PDF, or recognise its text (ingest.ocr = always); or release it as it is."
    zh = "{share:.0%} 的字母属于极少使用的文字，可能是文件字体缺少字符映射。请重新导出、另打印为 PDF 或进行文字识别（ingest.ocr = always），或按现状放行。"


class TextScattered(Quarantined):
    code = "text-scattered"
    en = "{share:.0%} of the letters stand alone on their lines, so that the reading order is lost. Export the file again as DOCX or with tags, or recognise its text (ingest.ocr = always); or release it as it is."
    zh = "{share:.0%} 的文字单独成行，阅读顺序已丢失。请重新导出为 DOCX 或带标签的 PDF，或进行文字识别（ingest.ocr = always），或按现状放行。"


class PagesEmpty(Quarantined):
    code = "pages-empty"
    en = "{empty} of {pages} pages hold no text that can be made out. If they are scans, scan them again at 300 dpi, or set ingest.ocr (OCR) to auto; or release the file to search what it has."
    zh = "共 {pages} 页，其中 {empty} 页没有可辨认的文字。若为扫描页，请以 300 dpi 重新扫描，或将 ingest.ocr（OCR）设为 auto；也可放行以检索现有文字。"


class TextUnsure(Quarantined):
    code = "text-unsure"
    en = "The recognised text is uncertain (confidence {confidence:.0%}). Scan the file again at 300 dpi or more, straight and in black and white; or release it as it is."
    zh = "识别出的文字不可靠（置信度 {confidence:.0%}）。请以 300 dpi 以上端正地重新扫描，或按现状放行。"


class ArchiveBomb(FileRejected):
    code = "archive-bomb"
    en = "The file unpacks to more than {limit_bytes} bytes (the lower of ingest.max_unpacked_bytes and what its own size makes plausible), so it was not opened."
    zh = "文件解压后超过 {limit_bytes} 字节（取 ingest.max_unpacked_bytes 与按文件大小推算的合理上限中较小者），未予打开。"


class ParseTimeout(FileRejected):
    code = "parse-timeout"
    en = "Reading the file took longer than {limit_s} s (ingest.parse_timeout_s, and ingest.ocr_page_timeout_s for each page recognised). Split it or raise the limits."
    zh = "读取文件超过 {limit_s} 秒（ingest.parse_timeout_s，每识别一页再加 ingest.ocr_page_timeout_s）。请拆分文件或提高上限。"


class ParseMemory(FileRejected):
    code = "parse-memory"
    en = "Reading the file needed more than {limit_bytes} bytes of memory (ingest.parse_memory_bytes)."
    zh = "读取文件所需内存超过 {limit_bytes} 字节（ingest.parse_memory_bytes）。"


class ParserCrashed(FileRejected):
    code = "parser-crashed"
    en = "The parser ended abnormally on this file ({reason}). It may be damaged; export it again."
    zh = "解析器在处理该文件时异常退出（{reason}）。文件可能已损坏，请重新导出。"


class AttachmentMissing(FileRejected):
    code = "attachment-missing"
    en = "The mail names this attachment and does not hold it. Save the attachment as a file and add that."
    zh = "邮件提到了该附件，但其中并不包含它。请将附件另存为文件后添加。"


class AttachmentTooDeep(FileRejected):
    code = "attachment-too-deep"
    en = "The file is attached to a mail within {deepest} others, and was not read. Save the inner mail as a file and add that."
    zh = "该文件位于第 {deepest} 层嵌套邮件之内，未被读取。请将内层邮件另存为文件后添加。"


class FileUnnamed(FileRejected):
    code = "file-unnamed"
    en = "The file came without a name and without a uri. Send one of them: it tells which document this is."
    zh = "文件既无文件名也无 uri。请至少提供其一，以确定它属于哪个文档。"


class QuestionRejected(Rejected):
    code = "question-rejected"
    en = "The question cannot be asked: {reason}."
    zh = "无法提问：{reason}。"


class RequestInvalid(Rejected):
    code = "request-invalid"
    en = "The request is not valid: {reason}. The page /docs shows what it may hold."
    zh = "请求无效：{reason}。可用内容见 /docs 页面。"


class SpanInvalid(Rejected):
    code = "span-invalid"
    en = "The span from {start} to {end} does not lie within the version's {characters} characters."
    zh = "区间 {start}–{end} 不在该版本的 {characters} 个字符之内。"


class DatasetInvalid(Rejected):
    code = "dataset-invalid"
    en = "{path}, line {line}: {reason}."
    zh = "{path} 第 {line} 行：{reason}。"


class MeasureUnknown(Rejected):
    code = "measure-unknown"
    en = "The measure {measure} cannot be computed: {reason}."
    zh = "无法计算指标 {measure}：{reason}。"


class RowsUnlike(Rejected):
    code = "rows-unlike"
    en = "{first} and {second} cannot be compared: {reason}."
    zh = "{first} 与 {second} 无法比较：{reason}。"


class LabelsTooFew(Rejected):
    code = "labels-too-few"
    en = "Thresholds cannot be fitted: {reason}. Some dozens of questions of each kind are enough."
    zh = "无法拟合阈值：{reason}。每类问题有几十个即可。"


class DocumentAmbiguous(Rejected):
    code = "document-ambiguous"
    en = "{name} may mean several documents: {candidates}. Give the id of the one that is meant."
    zh = "{name} 可能指多个文档：{candidates}。请给出所指文档的编号。"


class UrlRejected(Rejected):
    code = "url-rejected"


class UrlInvalid(UrlRejected):
    code = "url-invalid"
    en = "{url} is not a URL that can be fetched. Give one that begins with http:// or https://, without a user name."
    zh = "无法抓取 {url}。请提供以 http:// 或 https:// 开头且不含用户名的网址。"


class UrlAddressForbidden(UrlRejected):
    code = "url-address-forbidden"
    en = "{host} is an address of this machine or of a private network, which is not fetched from. Upload the file instead."
    zh = "{host} 是本机或内网地址，不予抓取。请直接上传文件。"


class UrlTooManyRedirects(UrlRejected):
    code = "url-too-many-redirects"
    en = "The URL redirects more than {limit} times. Give the address that it ends at."
    zh = "该网址重定向超过 {limit} 次。请提供最终地址。"


class UrlAnswer(UrlRejected):
    code = "url-answer"
    en = "{url} did not answer with a file but with HTTP {status}. Check the address, or download the file and upload it."
    zh = "{url} 返回的不是文件，而是 HTTP {status}。请检查地址，或下载后上传。"


class Conflict(ChuchuError):
    code = "conflict"


class IndexModelMismatch(Conflict):
    code = "index-model-mismatch"
    en = (
        "The index was built with {found}, but the settings ask for {expected}. "
        "Set embedding.model back, or point data_dir at a new folder and ingest again."
    )
    zh = "索引由 {found} 建立，而设置要求 {expected}。请改回 embedding.model，或将 data_dir 指向新文件夹后重新导入。"


class StoreVersionMismatch(Conflict):
    code = "store-version-mismatch"
    en = "The database has schema {found}; this release reads schemas up to {expected}. Install the release that made it, or start with a new data_dir."
    zh = "数据库结构版本为 {found}，本版本最高支持 {expected}。请使用建立它的版本，或换用新的 data_dir。"


class DataFolderInUse(Conflict):
    code = "data-folder-in-use"
    en = "{data_dir} is in use by another chuchu process ({owner}). Wait for it, stop it, or set another data_dir."
    zh = "{data_dir} 正被另一个 chuchu 进程使用（{owner}）。请等待或停止它，或另设 data_dir。"


class PortInUse(Conflict):
    code = "port-in-use"
    en = "Port {port} on {host} is in use. Choose another with --port, or stop the program that holds it."
    zh = "{host} 的端口 {port} 已被占用。请用 --port 另选端口，或停止占用它的程序。"


class NotQuarantined(Conflict):
    code = "not-quarantined"
    en = "The document {document_id} is not held in quarantine, so there is nothing to release."
    zh = "文档 {document_id} 未被隔离，无需放行。"


class DocumentNotLive(Conflict):
    code = "document-not-live"
    en = "The document {document_id} has not been read yet. `chuchu jobs list` shows how far it is; try again when it is done."
    zh = "文档 {document_id} 尚未读取完成。用 `chuchu jobs list` 查看进度，完成后再试。"


class UriTaken(Conflict):
    code = "uri-taken"
    en = "Another document, {document_id}, is at {uri} already. Delete it first, or choose another uri."
    zh = "{uri} 处已有另一个文档 {document_id}。请先删除它，或换用其他 uri。"


class JobNotRetryable(Conflict):
    code = "job-not-retryable"
    en = "The job {job_id} cannot be tried again: {reason}. Add its file again instead."
    zh = "无法重试任务 {job_id}：{reason}。请重新添加该文件。"


class FolderEmpty(Conflict):
    code = "folder-empty"
    en = "{folder} holds no files, and {documents} documents came from there. If they are to be deleted, say so with --delete-all; otherwise check that the folder is mounted."
    zh = "{folder} 中没有文件，而有 {documents} 个文档来自该处。若确要删除，请加 --delete-all；否则请检查文件夹是否已挂载。"


class ModelError(ChuchuError):
    code = "model-error"


class ModelUnknown(ModelError):
    code = "model-unknown"
    en = "There is no model named {model} in the catalogue, nor a folder of that name. `chuchu models list` shows the names."
    zh = "目录中没有名为 {model} 的模型，也没有同名文件夹。用 `chuchu models list` 查看可用名称。"


class ModelMissing(ModelError):
    code = "model-missing"
    en = "The model {model} is not on this machine. Run `chuchu models fetch {model}`."
    zh = "本机没有模型 {model}。请运行 `chuchu models fetch {model}`。"


class ModelCorrupt(ModelError):
    code = "model-corrupt"
    en = "{path} of the model {model} does not have the expected SHA-256. Delete it and run `chuchu models fetch {model}`."
    zh = "模型 {model} 的文件 {path} 与预期的 SHA-256 不符。请删除后运行 `chuchu models fetch {model}`。"


class ModelUnreachable(ModelError):
    code = "model-unreachable"
    en = (
        "No source of the model {model} answered: {tried}. Put its files into {folder}, or set HF_ENDPOINT to a mirror."
    )
    zh = "模型 {model} 的所有来源均无响应：{tried}。请将文件放入 {folder}，或将 HF_ENDPOINT 设为镜像地址。"


class ModelNoSpace(ModelError):
    code = "model-no-space"
    en = "The model {model} needs {needed_bytes} bytes in {folder}; {free_bytes} are free. Make room, or set another models_dir."
    zh = "模型 {model} 需要 {folder} 有 {needed_bytes} 字节空间，现余 {free_bytes}。请清理磁盘或另设 models_dir。"


class ModelUnloadable(ModelError):
    code = "model-unloadable"
    en = "The model {model} in {path} cannot be loaded: {reason}. Check that it is a model of the kind that the settings name."
    zh = "无法加载 {path} 中的模型 {model}：{reason}。请确认其类型与设置相符。"


class Unavailable(ChuchuError):
    code = "unavailable"


class IndexUnavailable(Unavailable):
    code = "index-unavailable"
    en = "The index at {where} does not answer: {reason}. Check that it runs and that index.url is right."
    zh = "索引 {where} 无响应：{reason}。请确认其正在运行且 index.url 正确。"


class IndexDamaged(IndexUnavailable):
    code = "index-damaged"
    en = "The index in {where} cannot be read: {reason}. Restore that folder from a backup, or move it away and start again: it is made anew from the stored texts."
    zh = "无法读取 {where} 中的索引：{reason}。请从备份恢复该文件夹，或将其移走后重新启动，索引会由已存文本重建。"


class DatabaseUnavailable(Unavailable):
    code = "database-unavailable"
    en = "The database does not answer: {reason}. Check that it runs and that database.url is right."
    zh = "数据库无响应：{reason}。请确认其正在运行且 database.url 正确。"


class BlobsUnavailable(Unavailable):
    code = "blobs-unavailable"
    en = "The blob store at {where} does not answer: {reason}. Check the disk's space and permissions."
    zh = "文件存储 {where} 无响应：{reason}。请检查磁盘空间与权限。"


class UrlUnreachable(Unavailable):
    code = "url-unreachable"
    en = "{host} cannot be reached: {reason}. Check the address, and that this machine may connect to it."
    zh = "无法连接 {host}：{reason}。请检查地址以及本机的网络出口。"


class ChatUnavailable(Unavailable):
    code = "chat-unavailable"
    en = "The chat model {model} does not answer: {reason}. Check chat.url, or ask with --extractive."
    zh = "对话模型 {model} 无响应：{reason}。请检查 chat.url，或使用 --extractive 提问。"


class EmbedderUnavailable(Unavailable):
    code = "embedder-unavailable"
    en = "The embedding model {model} does not answer: {reason}. Check embedding.url."
    zh = "向量模型 {model} 无响应：{reason}。请检查 embedding.url。"


class RerankerUnavailable(Unavailable):
    code = "reranker-unavailable"
    en = "The reranker {model} does not answer: {reason}. Check rerank.url, or set rerank.backend to none."
    zh = "重排序模型 {model} 无响应：{reason}。请检查 rerank.url，或将 rerank.backend 设为 none。"


class ServerUnavailable(Unavailable):
    code = "server-unavailable"
    en = "The server at {where} does not answer: {reason}. Start it with `chuchu serve`."
    zh = "服务器 {where} 无响应：{reason}。请用 `chuchu serve` 启动。"


def _by_code(root: type[ChuchuError]) -> dict[str, type[ChuchuError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _by_code(child)
    return found


def from_code(code: str, details: Mapping[str, Any]) -> ChuchuError:
    """The error with this code, as it was before it went through a row or a wire.

    A code from a newer release becomes a plain `ChuchuError` that shows it.
    """
    kind = _by_code(ChuchuError).get(code)
    return kind(**details) if kind else ChuchuError(reason=f"{code} {dict(details)}")
